import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Rng, writeJsonlAtomic } from '../../src/core/index.js';
import { temporaryFolder } from '../../src/core/testing/temporary-folder.js';
import { runPaths } from '../../src/runs/index.js';
import { drawLengths } from './lengths.js';
import { fitDecoding, foretoldRatios, realSteps, type RealStep } from './real-run.js';
import { sampleGroups } from './sampler.js';

const known = { fixedSeconds: 0.01, perSequenceSeconds: 0.002 };

/** Steps as a server of these speeds makes them. */
function madeSteps(count: number, { fixedSeconds, perSequenceSeconds } = known): RealStep[] {
  const rng = Rng.fromSeed('steps');
  return Array.from({ length: count }, (_, i) => {
    const lengths_NG = drawLengths(
      rng.fork(i),
      { groups: 4, groupSize: 4 },
      { median: 5 + 3 * i, sigma: 0.5, max: 200 },
    );
    return {
      lengths_NG,
      seconds: sampleGroups(lengths_NG, { servers: 1, slots: 16, fixedSeconds, perSequenceSeconds }).seconds,
    };
  });
}

it('finds the speeds of a server, and foretells the other half of its steps', () => {
  const fitted = fitDecoding(madeSteps(8));
  expect(fitted.fixedSeconds).toBeCloseTo(known.fixedSeconds, 9);
  expect(fitted.perSequenceSeconds).toBeCloseTo(known.perSequenceSeconds, 9);
  for (const ratio of foretoldRatios(madeSteps(8))) expect(ratio).toBeCloseTo(1, 6);
});

it('shows a step that took longer than the others say', () => {
  const steps = madeSteps(8);
  steps[3] = { ...steps[3]!, seconds: 2 * steps[3]!.seconds };
  expect(foretoldRatios(steps)[3]).toBeCloseTo(0.5, 6);
});

it('reads the steps of a run folder, in which arms that sample say how long it took', async () => {
  const root = await temporaryFolder();
  const paths = runPaths(root);
  const events = [
    { kind: 'stage-started', stage: 'train-grpo' },
    { kind: 'step', arm: 'warmup', step: 1 },
    { kind: 'step', arm: 'grpo', step: 1, sampleMs: 1500 },
  ];
  await mkdir(join(root, 'rollouts', 'grpo'), { recursive: true });
  await writeJsonlAtomic(paths.events, events);
  await writeJsonlAtomic(paths.rollouts('grpo', 1), [
    { rollouts: [{ tokens: [1, 2, 3] }, { tokens: [1] }] },
    { rollouts: [{ tokens: [] }] },
  ]);
  expect(await realSteps(root)).toEqual([{ lengths_NG: [[3, 1], [0]], seconds: 1.5 }]);
});
