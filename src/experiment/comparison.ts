/**
 * Seeds, problems and resamples of everything that is compared: which problems count, one value a seed and problem, and the same draws
 * for all. Pure.
 */
import type { Rng } from '../core/rng.js';
import type { Interval } from '../eval/index.js';
import type { Averages, SeedMeasures } from './measures.js';
import { estimate, SharedResamples } from './statistics.js';

/** What is averaged. */
export type Quantity =
  | { kind: 'accuracy'; arm: string; at: 'start' | 'end' | number }
  | { kind: 'recall'; retriever: string };

/** A mean with its interval, the seeds and the number of problems behind it. */
export interface Value {
  mean: number;
  /** Null where nothing tells: a single problem. */
  ci95: Interval | null;
  seeds: number[];
  problems: number;
}

export interface ComparisonSettings {
  /** Step of the last evaluation. */
  steps: number;
  resamples: number;
  rng: Rng;
}

export class Comparison {
  readonly splits: readonly string[];
  /** Arms that any seed has finished. */
  readonly arms: readonly string[];
  /** Problems of each split that are in no figure. */
  readonly leftOut: Record<string, number>;
  /** Problems of each split on which every finished arm of every seed has k judged samples at the end. */
  private readonly common: ReadonlyMap<string, ReadonlySet<string>>;
  private readonly draws: SharedResamples;

  private readonly seeds: readonly SeedMeasures[];
  private readonly settings: ComparisonSettings;

  constructor(seeds: readonly SeedMeasures[], settings: ComparisonSettings) {
    this.seeds = seeds;
    this.settings = settings;
    this.draws = new SharedResamples(settings.resamples, settings.rng);
    const last = seeds.flatMap(({ arms }) => arms.flatMap(({ evaluations }) => evaluations.get(settings.steps) ?? []));
    this.arms = [...new Set(seeds.flatMap(({ arms }) => arms.map(({ name }) => name)))];
    this.splits = [...new Set(last.flatMap((averages) => [...averages.keys()]))];
    this.common = new Map(this.splits.map((split) => [split, commonProblems(last, split)]));
    this.leftOut = Object.fromEntries(
      this.splits.map((split) => [split, allProblems(last, split).size - (this.common.get(split)?.size ?? 0)]),
    );
  }

  /** The seeds that have finished an arm. */
  seedsWith(arm: string): number[] {
    return this.seeds.filter(({ arms }) => arms.some(({ name }) => name === arm)).map(({ seed }) => seed);
  }

  /** A quantity, or a quantity minus another one, on each split where every part of it has been measured. */
  bySplit(quantity: Quantity, minus?: Quantity): Record<string, Value> {
    return Object.fromEntries(
      this.splits.flatMap((split) => {
        const value = this.value(split, quantity, minus);
        return value ? [[split, value]] : [];
      }),
    );
  }

  /** Accuracy of an arm at every step at which all its seeds were evaluated; one curve a split. */
  curves(arm: string): { split: string; points: ({ step: number } & Value)[] }[] {
    const own = this.seeds.flatMap(({ arms }) => arms.find(({ name }) => name === arm) ?? []);
    const steps = [...(own[0]?.evaluations.keys() ?? [])].filter((step) =>
      own.every(({ evaluations }) => evaluations.has(step)),
    );
    return this.splits.flatMap((split) => {
      const points = steps.flatMap((step) => {
        const value = this.value(split, { kind: 'accuracy', arm, at: step });
        return value ? [{ step, ...value }] : [];
      });
      return points.length === 0 ? [] : [{ split, points }];
    });
  }

  private value(split: string, quantity: Quantity, minus?: Quantity): Value | undefined {
    const parts = [quantity, ...(minus ? [minus] : [])];
    const seeds = this.seeds.flatMap((seed) => {
      const values = parts.map((part) => this.valuesOf(seed, split, part));
      return values.every((own) => own !== undefined) ? [{ seed: seed.seed, values }] : [];
    });
    const problems = [...(this.common.get(split) ?? [])]
      .filter((id) => seeds.every(({ values }) => values.every((own) => own.get(id) !== undefined)))
      .toSorted();
    if (seeds.length === 0 || problems.length === 0) return undefined;
    const values_SP = seeds.map(({ values: [a, b] }) => problems.map((id) => a!.get(id)! - (b?.get(id) ?? 0)));
    const names = seeds.map(({ seed }) => seed);
    const range: Interval = [minus ? -1 : 0, 1]; // rewards of the embedded world are 0 or 1
    return {
      ...estimate(values_SP, this.draws.of(split, names, problems.length), range),
      seeds: names,
      problems: problems.length,
    };
  }

  private valuesOf(
    seed: SeedMeasures,
    split: string,
    part: Quantity,
  ): ReadonlyMap<string, number | undefined> | undefined {
    if (part.kind === 'recall') return seed.firstHits.get(part.retriever)?.get(split);
    const step = part.at === 'start' ? 0 : part.at === 'end' ? this.settings.steps : part.at;
    return seed.arms
      .find(({ name }) => name === part.arm)
      ?.evaluations.get(step)
      ?.get(split);
  }
}

/** An evaluation without any whole problem on a split has no figures there, and does not take those of the others away. */
function commonProblems(evaluations: readonly Averages[], split: string): ReadonlySet<string> {
  const whole = evaluations
    .map((averages) => averages.get(split) ?? new Map<string, number | undefined>())
    .filter((own) => [...own.values()].some((value) => value !== undefined));
  return new Set([...allProblems(evaluations, split)].filter((id) => whole.every((own) => own.get(id) !== undefined)));
}

function allProblems(evaluations: readonly Averages[], split: string): Set<string> {
  return new Set(evaluations.flatMap((averages) => [...(averages.get(split)?.keys() ?? [])]));
}
