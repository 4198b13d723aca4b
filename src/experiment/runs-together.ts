/**
 * Several runs side by side: what their arms reach, what each arm gains over the others of its run, and what arms of one name gain from
 * run to run, all paired by problem. Runs that differ in their seed alone are one, with intervals over seeds and problems. Pure.
 */
import { comparedArms } from '../config/index.js';
import type { Rng } from '../core/rng.js';
import { differencesOf } from '../eval/index.js';
import type { RunData } from '../report/index.js';
import type { Value } from './comparison.js';
import { averagesOf, type Averages } from './measures.js';
import type { RunGroup } from './run-groups.js';
import { estimate, SharedResamples } from './statistics.js';

/** A value on each split that has one. */
type BySplit = Record<string, Value>;

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
interface Measured {
  seed: number;
  step: number;
  averages: Averages;
}

interface Unit {
  group: RunGroup;
  /** Arms that were evaluated at the end of their training. */
  arms: ReadonlyMap<string, readonly Measured[]>;
}

export function runsTogether(
  groups: readonly RunGroup[],
  { resamples, rng }: { resamples: number; rng: Rng },
): RunsTogether {
  const units = groups.map(unitOf);
  const pairing = new Pairing(units, new SharedResamples(resamples, rng));
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
      differs: differences.map(
        ({ key, a, b }) => `${key}: ${JSON.stringify(a ?? null)} and ${JSON.stringify(b ?? null)}`,
      ),
      unfinished: runs.flatMap(({ name: own, data }) => (data.unfinished ? [own] : [])),
    })),
    leftOut: pairing.leftOut,
    arms: units.flatMap((unit) =>
      [...unit.arms].map(([arm, measured]) => ({
        run: unit.group.name,
        arm,
        steps: [...new Set(measured.map(({ step }) => step))],
        accuracy: pairing.values(measured),
      })),
    ),
    within: units.flatMap((unit, i) =>
      [...unit.arms.keys()].flatMap((arm) =>
        arm === subjects[i]!.subject || !unit.arms.has(subjects[i]!.subject)
          ? []
          : [pairing.difference([unit, subjects[i]!.subject], [unit, arm])],
      ),
    ),
    across: armNames(units).flatMap((arm) => {
      const [first, ...later] = units.filter(({ arms }) => arms.has(arm));
      return later.map((unit) => pairing.difference([unit, arm], [first!, arm]));
    }),
  };
}

/** Arms of every group, in order of first appearance. */
function armNames(units: readonly Unit[]): string[] {
  return [...new Set(units.flatMap(({ arms }) => [...arms.keys()]))];
}

function unitOf(group: RunGroup): Unit {
  const arms = new Map<string, Measured[]>();
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

/** The problems that count, and the draws that all values share. */
class Pairing {
  readonly leftOut: Record<string, number>;
  private readonly common: ReadonlyMap<string, readonly string[]>;
  private readonly draws: SharedResamples;

  constructor(units: readonly Unit[], draws: SharedResamples) {
    this.draws = draws;
    const all = units.flatMap(({ arms }) => [...arms.values()].flat());
    const splits = [...new Set(all.flatMap(({ averages }) => [...averages.keys()]))];
    const idsOf = (split: string) => [
      ...new Set(all.flatMap(({ averages }) => [...(averages.get(split)?.keys() ?? [])])),
    ];
    this.common = new Map(splits.map((split) => [split, commonOf(all, idsOf(split), split)]));
    this.leftOut = Object.fromEntries(
      splits.map((split) => [split, idsOf(split).length - this.common.get(split)!.length]),
    );
  }

  values(measured: readonly Measured[]): BySplit {
    const seedsOf = (split: string) =>
      measured.map(({ seed, averages }) => ({ seed, values: this.known(averages, split) }));
    return this.bySplit(seedsOf, [0, 1]);
  }

  /** a - b: seed by seed where both have the seeds, and else run against run. */
  difference([unitA, a]: [Unit, string], [unitB, b]: [Unit, string]): DifferenceTogether {
    const names = { a: { run: unitA.group.name, arm: a }, b: { run: unitB.group.name, arm: b } };
    const pairs = seedPairs(unitA.arms.get(a)!, unitB.arms.get(b)!);
    if (pairs.length === 0) return { ...names, difference: {}, why: 'they have no seed in common' };
    const difference = this.bySplit(
      (split) =>
        pairs.map(([one, other]) => ({
          seed: one.seed,
          values: differencesOf(this.known(one.averages, split), this.known(other.averages, split)),
        })),
      [-1, 1],
    );
    return { ...names, difference };
  }

  private known(averages: Averages, split: string): ReadonlyMap<string, number> {
    const common = new Set(this.common.get(split));
    const own = [...(averages.get(split) ?? [])];
    return new Map(own.flatMap(([id, value]) => (value !== undefined && common.has(id) ? [[id, value] as const] : [])));
  }

  /** Seeds without any value on a split are not behind its figures. */
  private bySplit(
    seedsOf: (split: string) => readonly { seed: number; values: ReadonlyMap<string, number> }[],
    range: [number, number],
  ): BySplit {
    return Object.fromEntries(
      [...this.common].flatMap(([split, ids]) => {
        const seeds = seedsOf(split).filter(({ values }) => values.size > 0);
        if (seeds.length === 0) return [];
        const names = seeds.map(({ seed }) => seed);
        const values_SP = seeds.map(({ values }) => ids.map((id) => values.get(id)!));
        const draws = this.draws.of(split, names, ids.length);
        return [[split, { ...estimate(values_SP, draws, range), seeds: names, problems: ids.length }]];
      }),
    );
  }
}

/** Problems of which every evaluation has k judged samples; one without any such problem takes those of the others not away. */
function commonOf(evaluations: readonly Measured[], ids: readonly string[], split: string): string[] {
  const comparable = evaluations.filter(({ averages }) =>
    [...(averages.get(split)?.values() ?? [])].some((value) => value !== undefined),
  );
  return ids.filter((id) => comparable.every(({ averages }) => averages.get(split)?.get(id) !== undefined)).toSorted();
}

function seedPairs(a: readonly Measured[], b: readonly Measured[]): [Measured, Measured][] {
  if (a.length === 1 && b.length === 1) return [[a[0]!, b[0]!]];
  return a.flatMap((one) => {
    const other = b.find(({ seed }) => seed === one.seed);
    return other ? [[one, other] as [Measured, Measured]] : [];
  });
}
