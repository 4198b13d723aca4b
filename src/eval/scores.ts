/** From evaluation records to the numbers of a table: averages with intervals, and every kind of failure counted apart. */
import type { Interval } from './bootstrap.js';
import type { ProblemDraws } from './draws.js';
import { averageAtK } from './estimators.js';
import type { EvalRecord } from './records.js';

/** One sentence for each figure of an evaluation; the glossary and the report's captions come from here. */
export const evalMetricGlossary = {
  'average@k': 'Mean reward over the k samples of a problem, averaged over problems.',
  '95 % interval':
    'Percentile interval of a bootstrap that resamples problems, each with all its samples (clustered bootstrap).',
  'paired difference':
    'Difference of two arms problem by problem, averaged; its interval is that of the differences, narrower than comparing two intervals. Over the problems on which every arm has k judged samples; the others are counted as left out.',
  greedy:
    'Share of problems solved by one response at temperature 0 (the likeliest token each time), with its paired differences over the problems that both arms have a verdict for.',
  'pass@k':
    'Chance that at least one of k samples of a problem is right, averaged over problems: 1 - C(n-c, k) / C(n, k) for c right ones of n, which is without bias for every k up to n.',
  'maj@k':
    'How often the commonest answer among k samples of a problem is right, over all its subsets of k samples, averaged over problems. Answers that the verifier finds equal are one; ties count in part; samples without an answer do not vote.',
  'no answer':
    'Samples in which the verifier found no answer, such as no box or thinking that never ended; they score 0.',
  'too costly':
    'Samples whose answer takes more work to compare than is allowed, by a count that is the same on every machine; they score 0.',
  'no verdict': 'Samples that the verifier failed on, by time-out or otherwise: no reward, in no average.',
  'cut off':
    'Samples that reached the longest response before they ended; judged by what they say up to there. Of a server that is not known to have ended its thinking, that is nothing: they score 0.',
  'time-outs': 'Samples the verifier gave up on after its time limit: they have no reward and are in no average.',
  'verifier failures':
    'Samples the verifier failed on otherwise (error, gold answer not understood): no reward, in no average.',
  'not sampled':
    'Samples that a server gave no answer to, or whose prompt leaves no room for one: in no figure, counted with their reasons, and tried again by the same command.',
  'failed problems': 'Problems that could not be sampled or have no judged sample: in no average.',
} as const;

/** Numbers of one arm on one split. Shares are over samples; failures are in none of the averages. */
export interface SplitScore {
  split: string;
  /** Samples a problem. */
  k: number;
  /** Problems behind the average. */
  n: number;
  average: number;
  ci95: Interval;
  /** Share of samples with no answer in them (they score 0). */
  noAnswerShare: number;
  /** Share of samples cut at the longest response. */
  truncatedShare: number;
  /** Samples the verifier gave up on after its time limit: in no average. */
  timeouts: number;
  /** Samples the verifier failed on otherwise: in no average. */
  verifierFailures: number;
  /** Problems that could not be sampled or have no judged sample: in no average. */
  failedProblems: number;
  /** Mean length of a response in tokens. */
  responseTokens: number;
  responses: ResponseCounts;
}

/** What became of an arm's samples on a split. */
export interface ResponseCounts {
  samples: number;
  cutOff: number;
  noAnswer: number;
  /** With an answer that takes more work to compare than is allowed: they score 0. */
  tooCostly: number;
  /** Without a verdict: in no average. */
  noVerdict: number;
  /** Problems that could not be sampled or have no judged sample. */
  failedProblems: number;
}

/** The splits of a set of records, in order of first appearance. */
export function splitsOf(records: readonly EvalRecord[]): string[] {
  return [...new Set(records.map((r) => r.split))];
}

/** Average reward of each problem that has one, by id. */
export function averagesByProblem(records: readonly EvalRecord[], split?: string): Map<string, number> {
  const averages = new Map<string, number>();
  for (const record of records) {
    if (split !== undefined && record.split !== split) continue;
    const average = averageAtK(record.samples);
    if (average !== undefined) averages.set(record.problemId, average);
  }
  return averages;
}

/** Scores one split; undefined where none of its problems has a judged sample. */
export function scoreSplit(
  records: readonly EvalRecord[],
  split: string,
  { k, draws }: { k: number; draws: ProblemDraws },
): SplitScore | undefined {
  const own = records.filter((r) => r.split === split);
  const averages = averagesByProblem(own);
  if (averages.size === 0) return undefined;
  const samples = own.flatMap((r) => r.samples);
  const count = (holds: (s: (typeof samples)[number]) => boolean) => samples.filter(holds).length;
  const { mean, ci95, n } = draws.mean(averages);
  const responses: ResponseCounts = {
    samples: samples.length,
    cutOff: count((s) => s.stopReason === 'length'),
    noAnswer: count((s) => s.verdict.outcome === 'no_answer'),
    tooCostly: count((s) => s.verdict.outcome === 'too_costly'),
    noVerdict: count((s) => s.reward === null),
    failedProblems: own.length - n,
  };
  const timeouts = count((s) => s.reward === null && s.verdict.outcome === 'timeout');
  return {
    split,
    k,
    n,
    average: mean,
    ci95,
    noAnswerShare: responses.noAnswer / samples.length,
    truncatedShare: responses.cutOff / samples.length,
    timeouts,
    verifierFailures: responses.noVerdict - timeouts,
    failedProblems: responses.failedProblems,
    responseTokens: samples.reduce((sum, s) => sum + s.tokens, 0) / samples.length,
    responses,
  };
}
