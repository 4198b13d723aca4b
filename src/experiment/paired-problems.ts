/**
 * Problems on which everything that is compared has a whole evaluation: means over them, and differences paired by problem (and by
 * seed, where there are several), all with the same draws. Pure.
 */
import { differencesOf } from '../eval/index.js';
import type { Value } from './comparison.js';
import type { Averages } from './measures.js';
import { estimate, type SharedResamples } from './statistics.js';

/** A value on each split that has one. */
export type BySplit = Record<string, Value>;

/** A seed's evaluation. */
export interface Measured {
  seed: number;
  averages: Averages;
}

/** Which problems of a split are meant; undefined: all. */
export type Among = (split: string, problemId: string) => boolean;

export class PairedProblems {
  /** Problems of each split that are in no figure, since not every evaluation has k judged samples of them. */
  readonly leftOut: Record<string, number>;
  private readonly common: ReadonlyMap<string, readonly string[]>;
  private readonly draws: SharedResamples;

  constructor(all: readonly Measured[], draws: SharedResamples) {
    this.draws = draws;
    const splits = [...new Set(all.flatMap(({ averages }) => [...averages.keys()]))];
    const idsOf = (split: string) => [
      ...new Set(all.flatMap(({ averages }) => [...(averages.get(split)?.keys() ?? [])])),
    ];
    this.common = new Map(splits.map((split) => [split, commonOf(all, idsOf(split), split)]));
    this.leftOut = Object.fromEntries(
      splits.map((split) => [split, idsOf(split).length - this.common.get(split)!.length]),
    );
  }

  /** Means of one arm's seeds. */
  values(measured: readonly Measured[], among?: Among): BySplit {
    const seedsOf = (split: string) =>
      measured.map(({ seed, averages }) => ({ seed, values: this.known(averages, split, among) }));
    return this.bySplit(seedsOf, [0, 1]);
  }

  /** a - b: seed by seed where both have the seeds, and else one against one; undefined where they have no seed in common. */
  difference(a: readonly Measured[], b: readonly Measured[], among?: Among): BySplit | undefined {
    const pairs = seedPairs(a, b);
    if (pairs.length === 0) return undefined;
    const known = ({ averages }: Measured, split: string) => this.known(averages, split, among);
    return this.bySplit(
      (split) =>
        pairs.map(([one, other]) => ({
          seed: one.seed,
          values: differencesOf(known(one, split), known(other, split)),
        })),
      [-1, 1],
    );
  }

  private known(averages: Averages, split: string, among?: Among): ReadonlyMap<string, number> {
    const own = averages.get(split);
    const ids = (this.common.get(split) ?? []).filter((id) => among?.(split, id) ?? true);
    return new Map(
      ids.flatMap((id) => {
        const value = own?.get(id);
        return value === undefined ? [] : [[id, value] as const];
      }),
    );
  }

  /** Seeds without any value on a split are not behind its figures. */
  private bySplit(
    seedsOf: (split: string) => readonly { seed: number; values: ReadonlyMap<string, number> }[],
    range: [number, number],
  ): BySplit {
    return Object.fromEntries(
      [...this.common.keys()].flatMap((split) => {
        const seeds = seedsOf(split).filter(({ values }) => values.size > 0);
        if (seeds.length === 0) return [];
        const names = seeds.map(({ seed }) => seed);
        const values_SP = seeds.map(({ values }) => [...values.values()]);
        const problems = values_SP[0]!.length;
        const draws = this.draws.of(split, names, problems);
        return [[split, { ...estimate(values_SP, draws, range), seeds: names, problems }]];
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
