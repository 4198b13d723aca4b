import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { configToYaml, resolveConfig, rlSettingsOf } from '../config/index.js';
import { readJsonlAll } from '../core/jsonl.js';
import { RunFolder } from '../runs/run-folder.js';
import { runPaths } from '../runs/run-paths.js';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { folderRef, LocalEngine } from '../engine/index.js';
import { replay, type GroupRecord } from '../rl/index.js';
import { runPipeline } from './pipeline.js';
import { openPrompts } from './session.js';
import { writeTinyTask } from './testing/tiny-task.js';

it(
  'gives a recorded rollout of a finished run again, from its file and the checkpoint alone',
  { timeout: 120_000 },
  async () => {
    const folder = await temporaryFolder();
    const arms = [{ name: 'ra', train: 'bm25', test: 'bm25' }];
    const file = await writeTinyTask(folder, { arms });
    const root = join(folder, 'run');
    const set = ['rl.generation.temperature=0.9', 'rl.importanceCap=2'];
    const trained = async (steps: number) => {
      const config = resolveConfig({ file, set: [...set, `rl.steps=${steps}`] });
      const run = await RunFolder.open(root, { values: config, yaml: configToYaml(config) });
      await runPipeline(config, run, { until: 'train' });
      await run.close();
      return config;
    };
    const paths = runPaths(root);
    await trained(3);
    const sampler = join(folder, 'sampler'); // a finished training keeps its last checkpoint only
    await cp(paths.policy('ra', 3), sampler, { recursive: true });
    const config = await trained(4);

    const { steps, maxTokens, temperature, topK, topP } = rlSettingsOf(config);
    const records = await readJsonlAll<GroupRecord>(paths.rollouts('ra', steps));
    const { codec } = await openPrompts(config);
    const options = { maxTokens, temperature, topK, topP, stopTokens: codec.stopTokens };
    const engine = new LocalEngine({ threads: 1 });
    try {
      const before = await engine.open(folderRef(sampler));
      expect(records.length).toBeGreaterThan(1);
      for (const record of records) {
        const again = await replay(before, record, options);
        expect(again).toHaveLength(record.rollouts.length);
        for (const { differsAt, logprobGap } of again) {
          expect(differsAt).toBeUndefined();
          expect(logprobGap).toBeLessThan(1e-4);
        }
      }
      const [first] = records as [GroupRecord];
      const other = await replay(before, { ...first, seed: first.seed + 1 }, options);
      expect(other.some(({ differsAt }) => differsAt !== undefined)).toBe(true);
      const later = await engine.open(folderRef(paths.policy('ra', steps)));
      await expect(replay(later, first, options)).rejects.toMatchObject({ code: 'engine' });
      const { seed: _seed, ...old } = first;
      await expect(replay(before, old as GroupRecord, options)).rejects.toMatchObject({ code: 'data' });
    } finally {
      await engine.dispose();
    }
  },
);
