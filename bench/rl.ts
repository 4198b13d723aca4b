/**
 * Whole GRPO steps (sampling, rewards, one update) beside TRL's GRPOTrainer where `--peers` names a Python that has it: the same
 * shapes, prompts, group sizes and lengths, step by step in turns, so that both see the same moods of the machine.
 */
import { fileURLToPath } from 'node:url';
import { kept, type Benchmark, type Measure } from './measure.js';
import { withPackage } from './peer.js';
import { partsOf, workOf, type RlWork, type StepSeconds } from './rl/work.js';
import { Stepper } from './stepper.js';

export { partNames } from './rl/work.js';

const OURS = fileURLToPath(new URL('./rl/ours.ts', import.meta.url));
const TRL = fileURLToPath(new URL('./torch/grpo_steps.py', import.meta.url));

export const benchmark: Benchmark = async function* (options) {
  const python = await withPackage(options.python, 'trl', 'TRL');
  for (const part of partsOf(options)) {
    const name = python === undefined ? part.name : `${part.name}-trl`;
    yield* await kept(options.keep, name, () => runPart(workOf(part, options), python));
  }
};

async function runPart(work: RlWork, python: string | undefined): Promise<Measure[]> {
  const ours = new Stepper<RlWork, StepSeconds>(process.execPath, ['--import', 'tsx', OURS]);
  let trl: Stepper<RlWork, StepSeconds> | undefined;
  try {
    await ours.start(work);
    if (python !== undefined && comparable(work)) trl = new Stepper(python, [TRL]);
    await trl?.start(work);
    const steps: Steps = { ours: [], trl: [] };
    for (let i = 1; i < work.steps; i++) {
      steps.ours.push(await ours.step());
      if (trl) steps.trl.push(await trl.step());
    }
    return measuresOf(work.name, steps);
  } finally {
    await trl?.end();
    await ours.end();
  }
}

/** TRL refuses groups of one, which compare nothing. */
function comparable({ name, responses }: RlWork): boolean {
  if (responses > 1) return true;
  console.error(`left out: TRL at ${name}; it refuses groups of one`);
  return false;
}

type Steps = Record<'ours' | 'trl', StepSeconds[]>;

/** Medians of each side, and how many times the time TRL takes: above 1 ours is faster. */
function measuresOf(name: string, steps: Steps): Measure[] {
  const phases = ['whole', 'sample', 'update'] as const;
  const named = (side: string, phase: string) => `${side}_${name}_${phase}`;
  const of = (side: 'ours' | 'trl'): Measure[] =>
    steps[side].length === 0
      ? []
      : [
          ...phases.map((phase) => ({ measure: named(side, phase), value: medianOf(steps[side], phase), unit: 's' })),
          { measure: named(side, 'peak'), value: steps[side].at(-1)!.peakGb, unit: 'GB' },
        ];
  const ratios = phases.map((phase) => ({
    measure: named('trl_over_ours', phase),
    value: medianOf(steps.trl, phase) / medianOf(steps.ours, phase),
    unit: 'ratio',
  }));
  return [...of('ours'), ...of('trl'), ...(steps.trl.length > 0 ? ratios : [])];
}

function medianOf(steps: readonly StepSeconds[], phase: keyof StepSeconds): number {
  return steps.map((step) => step[phase]).toSorted((a, b) => a - b)[steps.length >> 1]!;
}
