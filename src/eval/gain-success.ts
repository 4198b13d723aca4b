/**
 * Does measured gain predict success? Gains are likelihoods of one right solution (Eq. 1's stand-in); success is the share of
 * sampled answers that are right with the trace in the prompt, which costs hundreds of times as much.
 */
import type { Rng } from '../core/rng.js';
import { bootstrapMean, pairedDifference, quantile, type Estimate, type Interval } from './bootstrap.js';

/** One sentence for each figure; the glossary comes from here. */
export const gainSuccessGlossary = {
  'score and success within a problem':
    "Correlation, over sampled traces, of a label's score and the share of right answers with that trace in the prompt, both minus their problem's mean.",
} as const;

/** One trace of a problem: its gain in nats, and the share of sampled answers that were right with it in the prompt. */
export interface GainPoint {
  gain: number;
  success: number;
}

/** A problem with its sampled traces. */
export interface ProblemSuccess {
  problemId: string;
  /** Success without any trace; undefined where it could not be measured. */
  withoutTrace: number | undefined;
  points: readonly GainPoint[];
}

export interface GainSuccess {
  /** Problems with at least two measured traces: those in all figures. */
  problems: number;
  traces: number;
  /**
   * Pearson's correlation of gain and success, both minus their problem's mean: how hard a problem is falls out. Null where
   * no gain or no success differs within any problem.
   */
  correlation: number | null;
  /** 95 % interval by resampling problems; null where too few resamples have a correlation. */
  correlationCi95: Interval | null;
  /** Problems of which any two traces differ in success; the others say nothing about the correlation. */
  varying: number;
  /** Mean success over problems; null without problems that have it. */
  success: Record<'withoutTrace' | 'bestByGain' | 'meanOfTraces' | 'worstByGain', Estimate | null>;
  /** Best by gain minus the mean of the problem's traces, paired. */
  bestMinusMean: Estimate | null;
}

/** Sums of squares and products around a problem's means. */
interface Deviations {
  gg: number;
  ss: number;
  gs: number;
}

/** Relates gains to success. Traces that were not measured must not be among the points. */
export function gainAgainstSuccess(
  measured: readonly ProblemSuccess[],
  options: { resamples: number; rng: Rng },
): GainSuccess {
  const { resamples, rng } = options;
  const problems = measured.filter(({ points }) => points.length >= 2);
  const deviations = problems.map(({ points }) => deviationsOf(points));
  const byProblem = (value: (problem: ProblemSuccess) => number | undefined) =>
    new Map(problems.flatMap((p) => ((v) => (v === undefined ? [] : [[p.problemId, v] as const]))(value(p))));
  const estimate = (values: ReadonlyMap<string, number>, name: string) =>
    values.size === 0 ? null : bootstrapMean([...values.values()], resamples, rng.fork(name));
  const best = byProblem(({ points }) => extreme(points, 1));
  const mean = byProblem(({ points }) => meanOf(points.map((p) => p.success)));
  return {
    problems: problems.length,
    traces: problems.reduce((sum, { points }) => sum + points.length, 0),
    correlation: correlationOf(deviations),
    correlationCi95: intervalOf(deviations, resamples, rng.fork('correlation')),
    varying: deviations.filter(({ ss }) => ss > CRUMB).length,
    success: {
      withoutTrace: estimate(
        byProblem((p) => p.withoutTrace),
        'without',
      ),
      bestByGain: estimate(best, 'best'),
      meanOfTraces: estimate(mean, 'mean'),
      worstByGain: estimate(
        byProblem(({ points }) => extreme(points, -1)),
        'worst',
      ),
    },
    bestMinusMean: pairedDifference(best, mean, resamples, rng.fork('difference')) ?? null,
  };
}

/** What rounding leaves of a sum of squares where all values are equal. */
const CRUMB = 1e-12;

function deviationsOf(points: readonly GainPoint[]): Deviations {
  const [gain, success] = [meanOf(points.map((p) => p.gain)), meanOf(points.map((p) => p.success))];
  const sum: Deviations = { gg: 0, ss: 0, gs: 0 };
  for (const point of points) {
    const [g, s] = [point.gain - gain, point.success - success];
    sum.gg += g * g;
    sum.ss += s * s;
    sum.gs += g * s;
  }
  return sum;
}

/** Pooled over problems. */
function correlationOf(deviations: readonly Deviations[]): number | null {
  const [gg, ss, gs] = (['gg', 'ss', 'gs'] as const).map((name) => deviations.reduce((sum, d) => sum + d[name], 0)) as [
    number,
    number,
    number,
  ];
  return gg < CRUMB || ss < CRUMB ? null : gs / Math.sqrt(gg * ss);
}

function intervalOf(deviations: readonly Deviations[], resamples: number, rng: Rng): Interval | null {
  if (deviations.length < 2) return null;
  const found: number[] = [];
  for (let i = 0; i < resamples; i++) {
    const value = correlationOf(deviations.map(() => rng.pick(deviations)));
    if (value !== null) found.push(value);
  }
  if (found.length < resamples / 2) return null;
  found.sort((a, b) => a - b);
  return [quantile(found, 0.025), quantile(found, 0.975)];
}

/** Success of the trace with the highest (sign 1) or lowest (sign -1) gain. */
function extreme(points: readonly GainPoint[], sign: 1 | -1): number | undefined {
  return points.toSorted((a, b) => sign * (b.gain - a.gain))[0]?.success;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
