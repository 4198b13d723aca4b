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

async function printed(...args: string[]): Promise<{ out: string; all: string }> {
  const { out, err } = await raRft(...args);
  return { out, all: out + err };
}

/** That a text was shown, written out, and nothing stands there that a terminal would obey. */
function expectVisible({ all }: { all: string }): void {
  expect(all).toContain('\\u009b');
  expect(all).not.toMatch(/[^\P{Cc}\n\t]|\u202e/u);
}

describe('of data that holds escapes', () => {
  it('retriever search prints what it found, and its JSON has the very text', async () => {
    const folder = await trained.own();
    await writeFile(join(folder, 'traces.jsonl'), jsonlText([{ id: HOSTILE, question: HOSTILE, trace: HOSTILE }]));
    await rm(join(folder, 'index'), { recursive: true });
    expectVisible(await printed('retriever', 'search', folder, 'anything', '--matches'));
    const found = await printed('retriever', 'search', folder, 'anything', '--json');
    expectVisible(found);
    expect(JSON.parse(found.out)).toMatchObject([{ id: HOSTILE, trace: { trace: HOSTILE } }]);
  });

  it('verify prints its verdict, of one answer and of a file', async () => {
    const response = `so \\boxed{${HOSTILE.replaceAll('\u0000', '')}}`;
    const one = await printed('verify', '--gold', '1', '--answer', response);
    expectVisible(one);
    expect((JSON.parse(one.out) as { extracted: string }).extracted).toContain('\u001b[2J');
    const file = join(await temporaryFolder(), 'pairs.jsonl');
    await writeFile(file, jsonlText([{ id: HOSTILE, gold: '1', pred: response }]));
    const lines = await printed('verify', '--input', file);
    expectVisible(lines);
    expect(JSON.parse(lines.out.split('\n')[0]!)).toMatchObject({ id: HOSTILE });
  });

  it('judge prints labels with the problems of a run, and report where it is', async () => {
    const root = join(await temporaryFolder(), 'a \u009b31m run');
    await writeSampleRun(root);
    await writeFile(join(root, 'config.yaml'), 'name: sample\nseed: 1\n');
    for (const verb of [['judge', 'stats'], ['report']]) {
      const said = await printed(...verb, root);
      expectVisible(said);
      expect(said.out).not.toBe('');
    }
  });

  it('errors, plans and unknown verbs name what is wrong', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'problems.jsonl');
    await writeFile(file, jsonlText([{ question: HOSTILE, answer: HOSTILE, split: HOSTILE }]));
    const run = [
      'run',
      '--quick',
      '--runs',
      folder,
      '--set',
      'data.source=files',
      '--set',
      `data.problems.path=${file}`,
    ];
    for (const args of [
      [...run, '--set', 'model.path=nowhere\u009b'],
      [...run, '--set', 'name=\u009b'],
      ['run', '--quick', '--dry-run', '--set', 'prompt.problemTemplate=Solve {question}\u009b'],
      ['eval', '--policy', 'nowhere\u009b', '--data', file],
      ['\u009b'],
    ]) {
      const said = await printed(...args);
      expectVisible(said);
      expect(said.all).toMatch(/^(?:error|#)/m);
    }
  });
});
