/**
 * Several runs side by side: what their arms reach, what each arm gains over the others of its run, and what arms of one name gain from
 * run to run, all paired by problem. Runs that differ in their seed alone are one, with intervals over seeds and problems. Pure.
 */
import { comparedArms } from '../config/index.js';
import type { Rng } from '../core/rng.js';
import type { RunData } from '../report/index.js';
import { differenceTexts } from './compared-folders.js';
import { averagesOf } from './measures.js';
import { PairedProblems, type BySplit, type Measured } from './paired-problems.js';
import type { RunGroup } from './run-groups.js';
import { SharedResamples } from './statistics.js';

export interface ArmTogether {
  run: string;
  arm: string;
  /** Steps of training behind it, of each seed. */
  steps: number[];
  accuracy: BySplit;
}

export interface DifferenceTogether {
  /** `run: arm`, of the two that are compared: a - b. */
  a: { run: string; arm: string };
  b: { run: string; arm: string };
  difference: BySplit;
  /** Why there is none. */
  why?: string;
}

export interface RunsTogether {
  format: 1;
  runs: { name: string; folders: string[]; seeds: number[]; k: number[]; differs: string[]; unfinished: string[] }[];
  /** Problems of each split that are in no figure, since not every arm that is compared has k judged samples of them. */
  leftOut: Record<string, number>;
  arms: ArmTogether[];
  /** Within each run: its subject less each other arm. */
  within: DifferenceTogether[];
  /** Arms of one name: those of later runs less those of the first that has it. */
  across: DifferenceTogether[];
}

/** A seed's evaluation of an arm at its end. */
interface MeasuredEnd extends Measured {
  step: number;
}

interface Unit {
  group: RunGroup;
  /** Arms that were evaluated at the end of their training. */
  arms: ReadonlyMap<string, readonly MeasuredEnd[]>;
}

export function runsTogether(
  groups: readonly RunGroup[],
  { resamples, rng }: { resamples: number; rng: Rng },
): RunsTogether {
  const units = groups.map(unitOf);
  const all = units.flatMap(({ arms }) => [...arms.values()].flat());
  const problems = new PairedProblems(all, new SharedResamples(resamples, rng));
  const difference = ([unitA, a]: [Unit, string], [unitB, b]: [Unit, string]): DifferenceTogether => {
    const names = { a: { run: unitA.group.name, arm: a }, b: { run: unitB.group.name, arm: b } };
    const paired = problems.difference(unitA.arms.get(a)!, unitB.arms.get(b)!);
    return paired ? { ...names, difference: paired } : { ...names, difference: {}, why: 'they have no seed in common' };
  };
  const subjects = units.map(({ group }) => {
    const { config } = group.runs[0]!.data;
    return comparedArms({ arms: config.arms, eval: config.eval });
  });
  return {
    format: 1,
    runs: groups.map(({ name, runs, differences }) => ({
      name,
      folders: runs.map(({ root }) => root),
      seeds: runs.map(({ data }) => data.config.seed),
      k: [...new Set(runs.map(({ data }) => kOf(data)))],
      differs: differenceTexts(differences),
      unfinished: runs.flatMap(({ name: own, data }) => (data.unfinished ? [own] : [])),
    })),
    leftOut: problems.leftOut,
    arms: units.flatMap((unit) =>
      [...unit.arms].map(([arm, measured]) => ({
        run: unit.group.name,
        arm,
        steps: [...new Set(measured.map(({ step }) => step))],
        accuracy: problems.values(measured),
      })),
    ),
    within: units.flatMap((unit, i) =>
      [...unit.arms.keys()].flatMap((arm) =>
        arm === subjects[i]!.subject || !unit.arms.has(subjects[i]!.subject)
          ? []
          : [difference([unit, subjects[i]!.subject], [unit, arm])],
      ),
    ),
    across: armNames(units).flatMap((arm) => {
      const [first, ...later] = units.filter(({ arms }) => arms.has(arm));
      return later.map((unit) => difference([unit, arm], [first!, arm]));
    }),
  };
}

/** Arms of every group, in order of first appearance. */
function armNames(units: readonly Unit[]): string[] {
  return [...new Set(units.flatMap(({ arms }) => [...arms.keys()]))];
}

function unitOf(group: RunGroup): Unit {
  const arms = new Map<string, MeasuredEnd[]>();
  for (const { data } of group.runs) {
    for (const { arm, step, records } of data.evaluations) {
      if (step !== endOf(data)) continue;
      const measured = { seed: data.config.seed, step, averages: averagesOf(records, kOf(data)) };
      arms.set(arm, [...(arms.get(arm) ?? []), measured]);
    }
  }
  return { group, arms };
}

/** Step of the last evaluation: of an older file that does not say how long arms train, the newest. */
function endOf({ config, evaluations }: RunData): number {
  return config.rl.steps ?? Math.max(0, ...evaluations.map(({ step }) => step));
}

function kOf({ config, summary }: RunData): number {
  return config.eval.k ?? summary.arms[0]?.k ?? 1;
}
