import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configToYaml, resolveConfig } from '../config/index.js';
import { readJsonlAll } from '../core/jsonl.js';
import { RunFolder } from '../runs/run-folder.js';
import { runPipeline, type LastStage } from './pipeline.js';
import { openFakeEngine, writeTinyTask } from './testing/tiny-task.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ra-rft-pipeline-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function runTiny(until?: LastStage, root = join(folder, 'run')) {
  const file = await writeTinyTask(folder);
  const config = resolveConfig({ file });
  const run = await RunFolder.open(root, { values: config, yaml: configToYaml(config) });
  try {
    return await runPipeline(config, run, { openEngine: openFakeEngine, ...(until ? { until } : {}) });
  } finally {
    await run.close();
  }
}

describe('runPipeline on the fake engine', () => {
  it('goes from files to a summary', async () => {
    const summary = await runTiny();
    expect(summary?.arms.map((a) => a.name)).toEqual(['grpo', 'ra-rft', 'grpo-retrieval-at-test', 'random-trace']);
    for (const arm of summary!.arms) {
      expect(arm).toMatchObject({ split: 'test', k: 2, n: 21 });
      expect(arm.ci95[0]).toBeLessThanOrEqual(arm.average);
      expect(arm.ci95[1]).toBeGreaterThanOrEqual(arm.average);
    }
    expect(summary?.differences).toContainEqual(expect.objectContaining({ a: 'ra-rft', b: 'grpo', split: 'test' }));
    const names = summary!.retrievers.map((r) => `${r.name}/${r.split}`);
    expect(names).toEqual(
      expect.arrayContaining(['learned/test', 'bm25/test', 'random/test', 'learned/labelled-test']),
    );
    expect(Object.keys(summary!.seconds)).toEqual(
      expect.arrayContaining(['data', 'labels', 'retriever-learned', 'train-ra-rft']),
    );
    const arms = (await readJsonlAll<{ arm: string }>(join(folder, 'run', 'metrics.jsonl'))).map((m) => m.arm);
    expect([...new Set(arms)]).toEqual(['retriever', 'grpo', 'ra-rft', 'random-trace']);
  });

  it('stops where it is told and goes on from there', async () => {
    const whole = join(folder, 'whole');
    await runTiny(undefined, whole);
    const stages: (LastStage | undefined)[] = ['labels', 'retriever', 'train', undefined];
    for (const until of stages) await runTiny(until);
    for (const file of ['metrics.jsonl', 'labels.jsonl', 'eval/ra-rft/000004.jsonl', 'retrieved/learned.jsonl']) {
      expect(await readFile(join(folder, 'run', file), 'utf8'), file).toBe(await readFile(join(whole, file), 'utf8'));
    }
  });
});
