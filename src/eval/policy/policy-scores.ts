/** Figures of a policy on each of its data files. Pure. */
import type { Rng } from '../../core/rng.js';
import { curvesOf, type SplitCurves } from '../curves.js';
import { drawsBySplit } from '../draws.js';
import type { EvalRecord } from '../records.js';
import { scoreSplit, splitsOf, type SplitScore } from '../scores.js';
import { traceUse, type TraceFacts, type TraceUse } from '../trace-use.js';

/** A {@link SplitScore} with the curves of pass@k and maj@k, and the samples that could not be had. */
export interface PolicyScore extends SplitScore, SplitCurves {
  /** Samples that were wanted and could not be had: in no figure. */
  notSampled: number;
  /** Absent where no prompt held a trace that is known to be right or wrong. */
  traceUse?: TraceUse;
}

export interface PolicyScores {
  scores: PolicyScore[];
  /** Splits without a single judged sample, with the first reason; `sampled` where only the verdicts are missing. */
  unscored: { split: string; reason: string; sampled: boolean }[];
}

/** Scores every split of the records; `facts` say what the ids of problems and traces stand for. */
export function policyScores(
  records: readonly EvalRecord[],
  { k, resamples, rng, facts }: { k: number; resamples: number; rng: Rng; facts?: TraceFacts },
): PolicyScores {
  const scores: PolicyScore[] = [];
  const unscored: PolicyScores['unscored'] = [];
  const drawsOf = drawsBySplit([records], { resamples, rng });
  for (const split of splitsOf(records)) {
    const own = records.filter((record) => record.split === split);
    const draws = drawsOf(split);
    const score = scoreSplit(records, split, { k, draws });
    if (!score) {
      unscored.push({ split, reason: firstReason(own), sampled: own.some(({ samples }) => samples.length > 0) });
      continue;
    }
    const curves = curvesOf(records, split, { draws, rng: rng.fork(`curves/${split}`) });
    const use = facts && traceUse(records, split, facts, draws);
    const notSampled = own.length * k - score.responses.samples;
    scores.push({ ...score, ...curves, notSampled, ...(use && { traceUse: use }) });
  }
  return { scores, unscored };
}

function firstReason(records: readonly EvalRecord[]): string {
  const reasons = records.flatMap(({ failed, samples }) => [failed, ...samples.map(({ verdict }) => verdict.reason)]);
  return reasons.find((reason) => reason !== undefined) ?? 'no reason was given';
}
