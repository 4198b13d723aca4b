/** Drafts of the policy beside the questions, in a whole run. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { configToYaml, resolveConfig } from '../../config/index.js';
import { jsonlText, readJsonlAll } from '../../core/jsonl.js';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import type { EvalRecord } from '../../eval/index.js';
import { readRetriever } from '../../retriever/index.js';
import { RunFolder } from '../../runs/run-folder.js';
import { runPipeline } from '../pipeline.js';
import { openFakeEngine, writeTinyTask } from '../testing/tiny-task.js';

it('a retriever reads drafts that the policy made once without any trace; others do not', async () => {
  const folder = await temporaryFolder();
  const file = await writeTinyTask(folder);
  const at = join(folder, 'run');
  const run = async (query: string, again = false) => {
    const mine = `retrievers.mine={kind: encoder, steps: 3, query: ${query}}`;
    const plain = 'retrievers.plain={kind: encoder, trained: false}';
    const config = resolveConfig({ file, set: [mine, plain, 'arms=[{name: a, test: mine}, {name: b, test: plain}]'] });
    const opened = await RunFolder.open(at, { values: config, yaml: configToYaml(config) });
    const events = () => readJsonlAll<{ kind: string; stage: string }>(join(at, 'events.jsonl')).catch(() => []);
    const before = (await events()).length;
    try {
      await runPipeline(config, opened, { openEngine: openFakeEngine, until: 'retriever', again });
    } finally {
      await opened.close();
    }
    return (await events()).slice(before).flatMap(({ kind, stage }) => (kind === 'stage-finished' ? [stage] : []));
  };
  const attempts = join(at, 'attempts.jsonl');
  const hits = () => readFile(join(at, 'retrieved', 'mine.jsonl'), 'utf8');
  expect(await run('question')).not.toContain('attempts');
  expect(existsSync(attempts)).toBe(false);
  const withoutDrafts = await hits();

  const made = await run('question+attempt', true);
  expect(made).toEqual(expect.arrayContaining(['attempts', 'retriever-mine', 'retrieved-mine']));
  expect(made).not.toContain('labels');
  expect(made).not.toContain('retrieved-plain');
  const records = await readJsonlAll<EvalRecord>(attempts);
  const problems = [
    ...(await readJsonlAll(join(at, 'data/train.jsonl'))),
    ...(await readJsonlAll(join(at, 'data/test.jsonl'))),
  ];
  expect(records).toHaveLength(problems.length);
  for (const { traceIds, samples } of records) expect([traceIds, samples.length]).toEqual([[], 1]);
  expect((await readRetriever(join(at, 'retriever', 'mine'))).header.spec.queryText).toBe('question+attempt');
  expect((await readRetriever(join(at, 'retriever', 'plain'))).header.spec).not.toHaveProperty('queryText');
  expect(await hits()).not.toBe(withoutDrafts);
  expect(await run('question+attempt')).toEqual([]);

  // Drafts that a person has changed are other ones: what was made with them is made again, and nothing else.
  const edited = records.map((record) => ({ ...record, samples: record.samples.map((s) => ({ ...s, text: 'gop' })) }));
  await writeFile(attempts, jsonlText(edited));
  expect((await run('question+attempt')).toSorted()).toEqual(['retrieved-mine', 'retriever-mine']);
}, 180_000);
