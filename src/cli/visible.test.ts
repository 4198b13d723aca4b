/** What the command line prints of data is text: nothing that a terminal would obey. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { jsonlText } from '../core/jsonl.js';
import { HOSTILE, writeSampleRun } from '../report/testing/sample-run.js';
import { trainedRetriever } from '../serve/testing/served.js';
import { raRft } from './testing/ra-rft.js';

const trained = trainedRetriever();

/** What was printed, which must hold the text that was to be shown, written out. */
async function printed(...args: string[]): Promise<string> {
  const { out, err } = await raRft(...args);
  const all = out + err;
  expect(all).toContain('\\u009b');
  expect(all).not.toMatch(/[^\P{Cc}\n\t]|\u202e/u);
  return out;
}

describe('of data that holds escapes', () => {
  it('retriever search prints what it found, and its JSON has the very text', async () => {
    const folder = await trained.own();
    const traces = [{ id: HOSTILE, question: HOSTILE, trace: HOSTILE }];
    await writeFile(join(folder, 'traces.jsonl'), jsonlText(traces));
    await rm(join(folder, 'index'), { recursive: true });
    await printed('retriever', 'search', folder, 'anything', '--matches');
    const found = await printed('retriever', 'search', folder, 'anything', '--json');
    expect(JSON.parse(found)).toMatchObject([{ id: HOSTILE, trace: { trace: HOSTILE } }]);
  });

  it('verify prints its verdict, of one answer and of a file', async () => {
    const response = `so \\boxed{${HOSTILE.replaceAll(/[{}\u0000]/g, '')}}`;
    const said = JSON.parse(await printed('verify', '--gold', '1', '--answer', response)) as { extracted: string };
    expect(said.extracted).toContain('\u001b[2J');
    const file = join(await temporaryFolder(), 'pairs.jsonl');
    await writeFile(file, jsonlText([{ id: HOSTILE, gold: '1', pred: response }]));
    expect(JSON.parse((await printed('verify', '--input', file)).split('\n')[0]!)).toMatchObject({ id: HOSTILE });
  });

  it('judge prints labels with the problems of a run, and report where it is', async () => {
    const root = join(await temporaryFolder(), 'a \u009b31m run');
    await writeSampleRun(root);
    await printed('judge', 'stats', root);
    await printed('report', root);
  });

  it('errors name what is wrong with it', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'problems.jsonl');
    await writeFile(file, jsonlText([{ question: HOSTILE, answer: HOSTILE, split: HOSTILE }]));
    const data = ['--set', 'data.source=files', '--set', `data.problems.path=${file}`];
    await printed('run', '--quick', '--runs', folder, ...data, '--set', 'model.path=nowhere\u009b');
    await printed('run', '--quick', '--runs', folder, ...data, '--set', 'name=\u009b');
    await printed('run', '--quick', '--dry-run', '--set', 'prompt.problemTemplate=Solve {question}\u009b');
    await printed('eval', '--policy', 'nowhere\u009b', '--data', file);
    await printed('\u009b');
  });
});
