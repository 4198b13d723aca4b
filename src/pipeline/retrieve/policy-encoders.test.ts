/** The policy itself as encoder, in whole runs. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { configToYaml, resolveConfig } from '../../config/index.js';
import { readJsonlAll } from '../../core/jsonl.js';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import type { Trace } from '../../data/index.js';
import { overwriteWeight } from '../../models/testing/damage.js';
import { EncoderRetriever, readRetriever } from '../../retriever/index.js';
import { RunFolder } from '../../runs/run-folder.js';
import { runPipeline } from '../pipeline.js';
import { openFakeEngine, writeTinyTask } from '../testing/tiny-task.js';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  file = await writeTinyTask(folder);
});
const at = (...parts: string[]) => join(folder, 'run', ...parts);

/** Runs up to the retrievers, with one that is the policy. */
async function run(entry: string, ...set: string[]) {
  const policy = `retrievers.policy={kind: encoder, maxQueryTokens: 32, maxDocumentTokens: 48, steps: 6, ${entry}}`;
  const config = resolveConfig({ file, set: [policy, 'arms=[{name: a, test: policy}]', ...set] });
  const opened = await RunFolder.open(at(), { values: config, yaml: configToYaml(config) });
  try {
    return await runPipeline(config, opened, { openEngine: openFakeEngine, until: 'retriever' });
  } finally {
    await opened.close();
  }
}

describe('the policy as encoder', () => {
  it('is trained by an adapter, and saved as a folder that opens alone and says the same', async () => {
    await run('policy: {train: lora, rank: 2}');
    const { encoder, header } = await readRetriever(at('retriever', 'policy'));
    expect(encoder.config).toMatchObject({ kind: 'decoder', head: { pooling: 'token', dense: [8] }, layers: 1 });
    expect([...encoder.params.keys()].filter((name) => name.includes('lora'))).toEqual([]);
    expect(header.training?.trainQueries).toBeGreaterThan(1);
    const rows = await readJsonlAll<{ arm: string; loss?: number }>(at('metrics.jsonl'));
    expect(rows.filter(({ arm, loss }) => arm === 'retriever/policy' && loss !== undefined)).toHaveLength(6);

    const traces = await readJsonlAll<Trace>(at('data', 'corpus.jsonl'));
    const found = await readJsonlAll<{ problemId: string; hits: { traceId: string; score: number }[] }>(
      at('retrieved', 'policy.jsonl'),
    );
    const problems = await readJsonlAll<{ id: string; question: string }>(at('data', 'test.jsonl'));
    await rm(join(folder, 'model'), { recursive: true });
    const retriever = await EncoderRetriever.open(at('retriever', 'policy'), at('index', 'policy'), traces);
    const asked = problems.slice(0, 3);
    const hits_Q = await retriever.search(asked, { k: traces.length });
    await retriever.dispose();
    for (const [q, { id }] of asked.entries()) {
      const kept = found.find(({ problemId }) => problemId === id)!.hits;
      const scores = new Map(hits_Q[q]!.map(({ trace, score }) => [trace.id, score]));
      for (const { traceId, score } of kept) expect(scores.get(traceId)).toBeCloseTo(score, 5);
    }
  });

  it('is a single vector at the end token, with weights trained or as they are', async () => {
    await run('trained: false, head: single-vector, policy: {layer: last, pooling: last}');
    const { encoder, header } = await readRetriever(at('retriever', 'policy'));
    expect(encoder.config).toMatchObject({ head: { pooling: 'last' } });
    expect(header.spec.query).toMatchObject({ end: true, maxTokens: 32 });
    expect(existsSync(at('labels.jsonl'))).toBe(false);
    await rm(at(), { recursive: true });
    await run('head: single-vector, policy: {train: full, pooling: last}');
    const trained = (await readRetriever(at('retriever', 'policy'))).encoder;
    expect(trained.params.get('embed')).toEqual(encoder.params.get('embed'));
    expect(trained.params.get('layers.0.qkv')).not.toEqual(encoder.params.get('layers.0.qkv'));
  });

  it('is refused by its entry before any label where it cannot be', async () => {
    await expect(run('policy: {layer: 2}')).rejects.toMatchObject({
      code: 'model',
      message: 'there is no layer 2 in a model of 1',
      where: 'retrievers.policy.policy',
    });
    await rm(at(), { recursive: true });
    await expect(run('policy: {}', 'retrievers.policy.maxDocumentTokens=500')).rejects.toMatchObject({
      code: 'model',
      hint: expect.stringContaining('maxDocumentTokens') as string,
    });
    expect(existsSync(at('labels.jsonl'))).toBe(false);
    await rm(at(), { recursive: true });
    await overwriteWeight(join(folder, 'model'), 'model.layers.0.mlp.up_proj.weight', NaN);
    await expect(run('policy: {}')).rejects.toMatchObject({ code: 'not-finite' });
  });
});
