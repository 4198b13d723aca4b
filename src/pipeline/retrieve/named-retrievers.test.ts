/** Retrievers by name in whole runs: several encoders, trained and not, and the best traces of each one by one. */
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { configToYaml, resolveConfig } from '../../config/index.js';
import { hashFile } from '../../core/hash-file.js';
import { readJsonlAll } from '../../core/jsonl.js';
import { RunFolder } from '../../runs/run-folder.js';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { rankedId, type EvalRecord } from '../../eval/index.js';
import { readRetriever } from '../../retriever/index.js';
import { runPipeline, type LastStage } from '../pipeline.js';
import type { RetrievedRecord } from './retrieved-file.js';
import { openFakeEngine, writeTinyTask } from '../testing/tiny-task.js';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  file = await writeTinyTask(folder);
});

const at = (...parts: string[]) => join(folder, 'run', ...parts);

/** Runs on; returns the summary and the stages that ran. */
async function run(set: string[], until?: LastStage) {
  const config = resolveConfig({ file, set });
  const opened = await RunFolder.open(at(), { values: config, yaml: configToYaml(config) });
  const before = (await events()).length;
  try {
    const summary = await runPipeline(config, opened, { openEngine: openFakeEngine, ...(until && { until }) });
    const ran = (await events()).slice(before).filter(({ kind }) => kind === 'stage-finished');
    return { summary, ran: ran.map(({ stage }) => stage) };
  } finally {
    await opened.close();
  }
}

const events = () => readJsonlAll<{ kind: string; stage: string }>(at('events.jsonl')).catch(() => []);
const firstHits = async (name: string) =>
  (await readJsonlAll<RetrievedRecord>(at('retrieved', `${name}.jsonl`))).map(({ hits }) => hits[0]?.traceId);

describe('encoders by name', () => {
  it('that are not trained need no labels, are seeded, and are not those that are', async () => {
    const arms =
      'arms=[{name: a, test: late-interaction-untrained}, {name: b, test: single-vector-untrained, policyOf: a}]';
    const { summary, ran } = await run([arms]);
    expect(ran).not.toContain('labels');
    expect(ran).toEqual(
      expect.arrayContaining(['retriever-late-interaction-untrained', 'retrieved-single-vector-untrained']),
    );
    expect(existsSync(at('retriever', 'learned'))).toBe(false);
    expect(new Set(summary?.retrievers.map(({ name }) => name))).toEqual(
      new Set(['bm25', 'random', 'late-interaction-untrained', 'single-vector-untrained']),
    );
    const { header, encoder } = await readRetriever(at('retriever', 'late-interaction-untrained'));
    expect(header.training).toBeUndefined();
    expect(encoder.config).toMatchObject({ kind: 'small', head: 'late-interaction' });
    const single = await readRetriever(at('retriever', 'single-vector-untrained'));
    expect(single.encoder.config).toMatchObject({ head: 'single-vector' });
    const before = await hashFile(at('retrieved', 'single-vector-untrained.jsonl'));
    expect(await firstHits('single-vector-untrained')).not.toEqual(await firstHits('late-interaction-untrained'));
    await rm(at('retriever', 'single-vector-untrained'), { recursive: true });
    expect((await run([arms], 'retriever')).ran).toEqual(['retriever-single-vector-untrained']);
    expect(await hashFile(at('retrieved', 'single-vector-untrained.jsonl'))).toBe(before);
  });

  it('are each trained with their own settings, and stand in metrics and grades under their own names', async () => {
    const mine = 'retrievers.mine={kind: encoder, head: single-vector, steps: 5, dim: 4}';
    const { summary } = await run([mine, 'arms=[{name: a, test: learned}, {name: b, test: mine, policyOf: a}]']);
    const rows = await readJsonlAll<{ arm: string; step: number; loss?: number }>(at('metrics.jsonl'));
    const stepsOf = (arm: string) => rows.filter((row) => row.arm === arm && row.loss !== undefined).length;
    expect([stepsOf('retriever'), stepsOf('retriever/mine')]).toEqual([20, 5]);
    const { encoder, header } = await readRetriever(at('retriever', 'mine'));
    expect(encoder.config).toMatchObject({ head: 'single-vector', dim: 4 });
    expect(header.training?.trainQueries).toBeGreaterThan(2);
    expect(summary?.retrievers.map(({ name, split }) => `${name}/${split}`)).toEqual(
      expect.arrayContaining(['learned/test', 'mine/test', 'mine/labelled-test']),
    );
    expect(existsSync(at('retriever', 'single-vector'))).toBe(false);
  });
});

describe('contexts one by one', () => {
  const arms =
    'arms=[{name: a, train: random, test: random}, {name: b, policyOf: a, train: random, test: bm25}, {name: c}]';
  const tried = (arm: string) => readJsonlAll<EvalRecord>(at('eval', arm, 'contexts-000004.jsonl'));

  it('are asked for later: the arms stay, each trace stands alone in its prompt, a killed one goes on', async () => {
    await run([arms]);
    const { summary, ran } = await run([arms, 'eval.contexts=3']);
    expect(ran).toEqual(['contexts-a', 'contexts-b']);
    const retrieved = await readJsonlAll<RetrievedRecord>(at('retrieved', 'bm25.jsonl'));
    const expected = retrieved
      .filter(({ set }) => set === 'test')
      .flatMap(({ problemId, hits }) =>
        hits.slice(0, 3).map(({ traceId }, i) => [rankedId(problemId, i + 1), [traceId]]),
      );
    expect((await tried('b')).map(({ problemId, traceIds }) => [problemId, traceIds])).toEqual(expected);
    expect(summary?.oneByOne?.map(({ name, split, n, k }) => [name, split, n, k])).toEqual([
      ['a', 'test', 21, 2],
      ['b', 'test', 21, 2],
    ]);
    const whole = await readFile(at('eval', 'b', 'contexts-000004.jsonl'), 'utf8');
    await rm(at('eval', 'b', 'contexts-000004.jsonl'));
    expect((await run([arms, 'eval.contexts=3'])).ran).toEqual(['contexts-b']);
    expect(await readFile(at('eval', 'b', 'contexts-000004.jsonl'), 'utf8')).toBe(whole);
  });

  it('are not there unless they are asked for', async () => {
    const { summary } = await run([arms]);
    expect(summary).not.toHaveProperty('oneByOne');
    expect(existsSync(at('eval', 'a', 'contexts-000004.jsonl'))).toBe(false);
  });
});
