/** The smallest run of the embedded world that has a trained encoder and a trained policy, by the real pipeline and engine: some seconds. */
import { join } from 'node:path';
import { configToYaml, resolveConfig } from '../../config/index.js';
import { writeFileAtomic } from '../../core/files.js';
import { runPipeline } from '../../pipeline/index.js';
import { RunFolder } from '../../runs/run-folder.js';

const smallest = {
  data: { world: { trainProblems: 32, tracesPerRule: 2, seenTests: 4, unseenTests: 4, easyTests: 0 } },
  labels: { maxQueries: 12, maxCandidates: 12 },
  retriever: { steps: 10, batchSize: 8, validationShare: 0.1, testShare: 0 },
  rl: { steps: 1, promptsPerStep: 4, groupSize: 4, checkpointEverySteps: 1, warmupSteps: 0 },
  eval: { k: 1, bootstrapSamples: 100 },
  arms: [{ name: 'ra-rft', train: 'learned', test: 'learned' }],
};

/** Makes the run in `folder` and returns its root; `changes` replaces sections of the configuration. */
export async function writeWorldRun(folder: string, changes: Record<string, unknown> = {}): Promise<string> {
  const file = join(folder, 'ra-rft.yaml');
  await writeFileAtomic(file, JSON.stringify({ ...smallest, ...changes })); // JSON is YAML
  const config = resolveConfig({ preset: 'quick', file });
  const root = join(folder, 'run');
  const run = await RunFolder.open(root, { values: config, yaml: configToYaml(config) });
  try {
    await runPipeline(config, run);
  } finally {
    await run.close();
  }
  return root;
}
