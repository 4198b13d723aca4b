/**
 * Means and differences over seeds and problems, with 95 % intervals: a bootstrap that resamples seeds, and within them problems. All
 * seeds of an experiment meet the same test problems, so a problem that is drawn is drawn in every seed; all arms are given the same
 * draws, so that their differences are paired by seed and problem.
 *
 * Two things are known of this bootstrap (Owen, 2007, "The pigeonhole bootstrap"; Hesterberg, 2015): with two or three seeds it is far
 * too narrow, and the noise of single samples is counted by both draws, which is too wide. So the draws give the shape of the interval,
 * and its width is that of the variance components with Student's t for the few seeds ({@link halfWidth}).
 */
import { assertFinite } from '../core/finite.js';
import type { Rng } from '../core/rng.js';
import { quantile, type Interval } from '../eval/index.js';
import { t975 } from './student.js';

/** How often each seed and each problem is in each resample. The same for everything that is compared. */
export interface Resamples {
  seeds_BS: readonly Uint16Array[];
  problems_BP: readonly Uint16Array[];
}

export interface Estimate {
  mean: number;
  /** Null where one problem is all there is: nothing tells how sure its value is. */
  ci95: Interval | null;
}

/** Draws `count` resamples of so many seeds and problems, with replacement. */
export function drawResamples(seeds: number, problems: number, count: number, rng: Rng): Resamples {
  const draw = (of: number, stream: Rng) =>
    Array.from({ length: count }, () => {
      const times = new Uint16Array(of);
      for (let i = 0; i < of; i++) times[stream.int(of)]!++;
      return times;
    });
  return { seeds_BS: draw(seeds, rng.fork('seeds')), problems_BP: draw(problems, rng.fork('problems')) };
}

/** The same seeds and problems get the same draws, whatever is compared. */
export class SharedResamples {
  private readonly made = new Map<string, Resamples>();
  private readonly count: number;
  private readonly rng: Rng;

  constructor(count: number, rng: Rng) {
    this.count = count;
    this.rng = rng;
  }

  of(split: string, seeds: readonly number[], problems: number): Resamples {
    const key = `${split}/${seeds.join(',')}/${problems}`;
    const draws = this.made.get(key) ?? drawResamples(seeds.length, problems, this.count, this.rng.fork(key));
    this.made.set(key, draws);
    return draws;
  }
}

/**
 * Mean of one value a seed and problem (its average over samples, or a difference of two), and its interval. With one seed only problems
 * are resampled: the interval then says nothing about other seeds. It ends where the `range` of possible values does. Throws RangeError without values, `not-finite` at one that is no number.
 */
export function estimate(
  values_SP: readonly (readonly number[])[],
  resamples: Resamples,
  range: Interval = [-Infinity, Infinity],
): Estimate {
  const [seeds, problems] = [values_SP.length, values_SP[0]?.length ?? 0];
  if (seeds === 0 || problems === 0) throw new RangeError('no values to average');
  for (const row of values_SP) assertFinite(row, { what: "a problem's average" });
  const seedMeans = values_SP.map(meanOf);
  const mean = meanOf(seedMeans);
  if (problems === 1) return { mean, ci95: null };
  const problemMeans = values_SP[0]!.map((_, p) => meanOf(values_SP.map((row) => row[p]!)));
  const half = halfWidth(values_SP, seedMeans, problemMeans);
  const drawn = resamples.seeds_BS.map((seedTimes, b) =>
    resampledMean(values_SP, seedTimes, resamples.problems_BP[b]!),
  );
  const sorted = Float64Array.from(drawn).toSorted();
  const [low, high] = [quantile(sorted, 0.025), quantile(sorted, 0.975)];
  // Lopsided as the draws are, as wide as it must be.
  const [below, above] =
    high === low ? [half, half] : [mean - low, high - mean].map((part) => (2 * half * part) / (high - low));
  return { mean, ci95: [Math.max(range[0], mean - below!), Math.min(range[1], mean + above!)] };
}

/**
 * Half of the interval's width: t standard errors. The squared standard error has three parts (analysis of variance): what seeds add,
 * what problems add, and the noise of single cells, which is in the spread of both means and counts once; a part that comes out below 0
 * is 0. t has Satterthwaite's degrees of freedom.
 */
function halfWidth(
  values_SP: readonly (readonly number[])[],
  seedMeans: readonly number[],
  problemMeans: readonly number[],
): number {
  const [seeds, problems] = [seedMeans.length, problemMeans.length];
  const ofProblems = varianceOf(problemMeans) / problems;
  if (seeds === 1) return t975(problems - 1) * Math.sqrt(ofProblems);
  const ofSeeds = varianceOf(seedMeans) / seeds;
  const mean = meanOf(seedMeans);
  const rest = values_SP.flatMap((row, s) =>
    row.map((value, p) => (value - seedMeans[s]! - problemMeans[p]! + mean) ** 2),
  );
  const free = (seeds - 1) * (problems - 1);
  const ofCells = sumOf(rest) / free / (seeds * problems);
  const squared = ofCells + Math.max(0, ofSeeds - ofCells) + Math.max(0, ofProblems - ofCells);
  if (squared === 0) return 0;
  const df = squared ** 2 / (ofSeeds ** 2 / (seeds - 1) + ofProblems ** 2 / (problems - 1) + ofCells ** 2 / free);
  return t975(Math.max(1, df)) * Math.sqrt(squared);
}

/** Mean over the drawn seeds and problems. */
function resampledMean(
  values_SP: readonly (readonly number[])[],
  seedTimes: Uint16Array,
  problemTimes: Uint16Array,
): number {
  let total = 0;
  for (const [s, row] of values_SP.entries()) {
    if (seedTimes[s] === 0) continue;
    let own = 0;
    for (let p = 0; p < row.length; p++) own += problemTimes[p]! * row[p]!;
    total += seedTimes[s]! * own;
  }
  return total / (seedTimes.length * problemTimes.length);
}

function varianceOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return sumOf(values.map((value) => (value - mean) ** 2)) / (values.length - 1);
}

function meanOf(values: readonly number[]): number {
  return sumOf(values) / values.length;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
