/**
 * The bootstrap's draws of problems, made once for a split and used by every figure of it: the same figure has the same interval
 * wherever it stands, and the intervals of a table belong to the same resamples.
 */
import { assertFinite } from '../core/finite.js';
import { Rng } from '../core/rng.js';
import { defaultSplit, type Problem } from '../data/index.js';
import { quantile, type CurvePoint, type Estimate, type Interval } from './bootstrap.js';
import type { EvalRecord } from './records.js';

export interface Resampling {
  /** Resamples behind each interval. */
  resamples: number;
  rng: Rng;
}

/** The draws of each split. */
export type DrawsOf = (split: string) => ProblemDraws;

/** How often each problem is in each resample. A problem's samples stay together, since they are not independent. */
export class ProblemDraws {
  private readonly placeOf: ReadonlyMap<string, number>;
  private readonly times_BP: readonly Uint16Array[];

  /** Draws with replacement from these problems; in whatever order they come, the draws are the same. */
  constructor(problemIds: Iterable<string>, { resamples, rng }: Resampling) {
    const ids = [...new Set(problemIds)].toSorted();
    this.placeOf = new Map(ids.map((id, place) => [id, place]));
    this.times_BP = Array.from({ length: resamples }, () => {
      const times = new Uint16Array(ids.length);
      for (let i = 0; i < ids.length; i++) times[rng.int(ids.length)]!++;
      return times;
    });
  }

  /**
   * Mean over problems with its 95 % percentile interval. `values` holds one number a problem (its average over samples, a difference of
   * two); of some of the problems, a resample is what it holds of them. With one problem the interval is its value. Throws RangeError
   * for none and for a problem that was not drawn from, `not-finite` for a value that is no number.
   */
  mean(values: ReadonlyMap<string, number>): Estimate {
    if (values.size === 0) throw new RangeError('no values to average');
    assertFinite([...values.values()], {
      what: "a problem's average",
      hint: 'Its samples have a reward that is no number.',
    });
    const [point] = this.curve(new Map([...values].map(([id, value]) => [id, [value]])));
    const { mean, ci95, n } = point!;
    return { mean, ci95, n };
  }

  /** As {@link mean}, for curves: one a problem, its values at k = 1, 2 and so on. A point is over the problems that reach it. */
  curve(curves: ReadonlyMap<string, ArrayLike<number>>): CurvePoint[] {
    const all = [...curves].map(([id, values_K]) => ({ place: this.place(id), values_K }));
    const length = Math.max(0, ...all.map(({ values_K }) => values_K.length));
    return Array.from({ length }, (_, at) => {
      const reached = all.filter(({ values_K }) => values_K.length > at);
      const places = Int32Array.from(reached, ({ place }) => place);
      const values = Float64Array.from(reached, ({ values_K }) => values_K[at]!);
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      return { k: at + 1, mean, ci95: this.interval(places, values, mean), n: values.length };
    });
  }

  private interval(places: Int32Array, values: Float64Array, mean: number): Interval {
    const means: number[] = [];
    for (const times of this.times_BP) {
      let [sum, count] = [0, 0];
      for (let i = 0; i < places.length; i++) {
        const drawn = times[places[i]!]!;
        sum += drawn * values[i]!;
        count += drawn;
      }
      if (count > 0) means.push(sum / count); // else no problem of this resample has a value
    }
    if (means.length === 0) return [mean, mean];
    const sorted = Float64Array.from(means).toSorted();
    return [quantile(sorted, 0.025), quantile(sorted, 0.975)];
  }

  private place(id: string): number {
    const place = this.placeOf.get(id);
    if (place === undefined) throw new RangeError(`problem ${id} is not among those that were drawn from`);
    return place;
  }
}

/** Draws of every split, from all problems that any of the evaluations has in it. */
export function drawsBySplit(
  evaluations: readonly (readonly Pick<EvalRecord, 'problemId' | 'split'>[])[],
  { resamples, rng }: Resampling,
): DrawsOf {
  const ids = new Map<string, Set<string>>();
  for (const { problemId, split } of evaluations.flat())
    ids.set(split, (ids.get(split) ?? new Set<string>()).add(problemId));
  const made = new Map<string, ProblemDraws>();
  return (split) => {
    const draws =
      made.get(split) ?? new ProblemDraws(ids.get(split) ?? [], { resamples, rng: rng.fork(`bootstrap/${split}`) });
    made.set(split, draws);
    return draws;
  };
}

/**
 * What the figures of a run are drawn with: the same for its summary, its report and every page, whoever makes them. They are drawn from
 * all test problems, so that it does not matter which evaluations are looked at, or hold all problems.
 */
export function summaryDraws(
  test: readonly Pick<Problem, 'id' | 'split'>[],
  evaluations: Parameters<typeof drawsBySplit>[0],
  { seed, eval: { bootstrapSamples: resamples } }: { seed: number; eval: { bootstrapSamples: number } },
): Resampling & { drawsOf: DrawsOf } {
  const rng = Rng.fromSeed(seed).fork('summary');
  const tested = test.map(({ id, split = defaultSplit }) => ({ problemId: id, split }));
  return { resamples, rng, drawsOf: drawsBySplit([tested, ...evaluations], { resamples, rng }) };
}
