/**
 * Exports a made-up run for TensorBoard, Trackio and Inspect, for check_viewers.py to open with the real tools.
 *
 *     npx tsx bench/export/save-viewers.ts OUTPUT_FOLDER [RUN_FOLDER]
 *
 * Beside the exports stands expected.json: what the tools must show. With RUN_FOLDER that run is exported.
 */
import { join } from 'node:path';
import { writeJsonAtomic } from '../../src/core/files.js';
import { averagesByProblem, splitsOf } from '../../src/eval/index.js';
import { exportViewer } from '../../src/export/index.js';
import { viewers } from '../../src/export/viewers/write.js';
import { readRunData } from '../../src/report/index.js';
import { writeSampleRun } from '../../src/report/testing/sample-run.js';

const [output, given] = process.argv.slice(2);
if (output === undefined) throw new Error('usage: npx tsx bench/export/save-viewers.ts OUTPUT_FOLDER [RUN_FOLDER]');
const root = given ?? join(output, 'run');
if (given === undefined) await writeSampleRun(root);
for (const viewer of viewers)
  await exportViewer(root, viewer, { out: join(output, viewer), arms: [], version: 'bench' });

const { name, metrics, evaluations } = await readRunData(root);
const mean = (values: Iterable<number>) => {
  const all = [...values];
  return all.reduce((a, b) => a + b, 0) / all.length;
};
await writeJsonAtomic(join(output, 'expected.json'), {
  run: name,
  arms: [...new Set(evaluations.map(({ arm }) => arm))],
  metrics: metrics.filter((row) => typeof row['rewardMean'] === 'number'),
  evaluations: evaluations.map(({ arm, step, records }) => ({
    arm,
    step,
    average: mean(averagesByProblem(records).values()),
    splits: Object.fromEntries(
      splitsOf(records).map((split) => [split, mean(averagesByProblem(records, split).values())]),
    ),
    samples: records.reduce((sum, { samples }) => sum + samples.length, 0),
    withReward: records.reduce((sum, { samples }) => sum + samples.filter(({ reward }) => reward !== null).length, 0),
    first: records[0]?.samples[0]?.text ?? '',
  })),
});
console.log(`${name}: ${evaluations.length} evaluations, ${metrics.length} rows of metrics`);
