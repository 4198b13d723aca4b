/**
 * How a run's work on servers follows itself: what our own part costs on this machine (`ours`), where a cluster would wait for it at the
 * paper's sizes (`paper`, docs/scale.md), what judging groups as they come saves on a server whose answers take their time (`real`), and how
 * well the simulated sampling foretells a finished run's (`run`, with `--run FOLDER`).
 */
import { asItIs, aheadSeconds, waitNames, type OurSeconds } from '../scripts/scale/loop.js';
import { workedRow, type Scenario } from '../scripts/scale/worked.js';
import type { Benchmark, BenchmarkOptions, Measure } from './measure.js';
import { measureOurs } from './overlap/ours.js';
import { judgedAsTheyCome } from './overlap/real.js';
import { foretoldRatios, realSteps } from '../scripts/scale/real-run.js';

export const partNames = (): readonly string[] => ['ours', 'paper', 'real', 'run'];

const scenario: Scenario = { model: 'Qwen3-1.7B', rank: 0, devices: 64 };

export const benchmark: Benchmark = async function* (options) {
  const wanted = (part: string) => options.only.length === 0 || options.only.includes(part);
  if (wanted('ours') || wanted('paper')) {
    const sizes = options.smoke
      ? { responses: 2, tokens: 50, rounds: 1 }
      : { responses: 16, tokens: 10_000, rounds: 5 };
    const ours = await measureOurs({ model: options.model, ...sizes });
    if (wanted('ours')) yield* oursMeasures(ours);
    if (wanted('paper')) yield* paperMeasures(ours);
  }
  if (wanted('real')) yield* judgedAsTheyCome(options);
  if (wanted('run')) yield* await runMeasures(options);
};

function oursMeasures(ours: OurSeconds): Measure[] {
  const { graders: _threads, gradeResponse, ...tokens } = ours;
  return [
    ...Object.entries(tokens).map(([name, seconds]) => ({ measure: `ours_${name}`, value: 1e9 * seconds, unit: 'ns' })),
    { measure: 'ours_gradeResponse', value: 1e6 * gradeResponse, unit: 'us' },
  ];
}

function paperMeasures(ours: OurSeconds): Measure[] {
  const { step } = workedRow(scenario, ours);
  const atTheEnd = workedRow(scenario, ours, { ...asItIs, gradeAsTheyCome: false }).step;
  const behind = workedRow(scenario, ours, { ...asItIs, recordWhileSampling: true }).step;
  const half = workedRow({ ...scenario, devices: scenario.devices / 2 }, ours).step;
  const seconds = (name: string, value: number): Measure => ({ measure: `paper_${name}`, value, unit: 's' });
  return [
    seconds('step', step.seconds),
    ...Object.entries(step.phases).map(([name, value]) => seconds(`phase_${name}`, value)),
    ...waitNames.map((name) => ({
      measure: `paper_waits_${name}`,
      value: step.waits[name] / step.seconds,
      unit: 'share',
    })),
    seconds('step_judged_at_the_end', atTheEnd.seconds),
    seconds('step_and_recorded_behind', behind.seconds),
    seconds('step_a_step_ahead', aheadSeconds(half, half)),
  ];
}

async function runMeasures({ run }: BenchmarkOptions): Promise<Measure[]> {
  if (run === undefined) {
    console.error('left out: a finished run; --run names its folder');
    return [];
  }
  const steps = await realSteps(run);
  if (steps.length < 4) {
    console.error(`left out: ${run} has ${steps.length} sampled steps; half of them foretell the other half`);
    return [];
  }
  const ratios = foretoldRatios(steps).toSorted((a, b) => a - b);
  const at = (share: number) => ratios[Math.min(ratios.length - 1, Math.floor(share * ratios.length))]!;
  return [
    { measure: 'run_steps', value: ratios.length, unit: 'steps' },
    ...[0.1, 0.5, 0.9].map((q) => ({
      measure: `run_simulated_over_measured_p${100 * q}`,
      value: at(q),
      unit: 'ratio',
    })),
  ];
}
