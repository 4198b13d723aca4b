/** The simulated sampling of a finished run's steps beside what its event log says of them. */
import { runPaths } from '../../src/runs/index.js';
import { readJsonlAll } from '../../src/core/index.js';
import { sampleGroups } from './sampler.js';

interface StepEvent {
  kind: string;
  arm: string;
  step: number;
  /** Of arms that sample. */
  sampleMs?: number;
}

export interface RealStep {
  lengths_NG: number[][];
  seconds: number;
}

/** The steps of a run whose rollouts are kept, with what sampling them took. */
export async function realSteps(root: string): Promise<RealStep[]> {
  const paths = runPaths(root);
  const events = await readJsonlAll<StepEvent>(paths.events);
  const steps: RealStep[] = [];
  for (const { kind, arm, step, sampleMs } of events) {
    if (kind !== 'step' || sampleMs === undefined) continue;
    const groups = await readJsonlAll<{ rollouts: { tokens: number[] }[] }>(paths.rollouts(arm, step));
    steps.push({
      lengths_NG: groups.map(({ rollouts }) => rollouts.map(({ tokens }) => tokens.length)),
      seconds: sampleMs / 1000,
    });
  }
  return steps;
}

/**
 * Seconds of a decoding step, fixed and for each sequence, that fit the steps best (least squares over steps x fixed + tokens x each): of
 * one server that has all sequences at a time, the longest response says how many steps there are.
 */
export function fitDecoding(steps: readonly RealStep[]): { fixedSeconds: number; perSequenceSeconds: number } {
  let [ll, lt, tt, ls, ts] = [0, 0, 0, 0, 0];
  for (const { lengths_NG, seconds } of steps) {
    const all = lengths_NG.flat();
    const [longest, tokens] = [Math.max(...all), all.reduce((a, b) => a + b, 0)];
    ll += longest ** 2;
    lt += longest * tokens;
    tt += tokens ** 2;
    ls += longest * seconds;
    ts += tokens * seconds;
  }
  const determinant = ll * tt - lt ** 2;
  return {
    fixedSeconds: (ls * tt - ts * lt) / determinant,
    perSequenceSeconds: (ts * ll - ls * lt) / determinant,
  };
}

/** Simulated over measured seconds of each step, with what was fitted on the others of its half. */
export function foretoldRatios(steps: readonly RealStep[]): number[] {
  const halves = [0, 1].map((half) => steps.filter((_, i) => i % 2 === half));
  return steps.map(({ lengths_NG, seconds }, i) => {
    const { fixedSeconds, perSequenceSeconds } = fitDecoding(halves[1 - (i % 2)]!);
    const slots = lengths_NG.flat().length;
    return sampleGroups(lengths_NG, { servers: 1, slots, fixedSeconds, perSequenceSeconds }).seconds / seconds;
  });
}
