/**
 * The utility judge by likelihood: a trace is relevant to a problem where it raises the policy's likelihood of the right
 * solution (or answer) more than the problem's other candidates do. One forward pass a pair, no sampling and no other model.
 */
import type { Progress } from '../core/progress.js';
import type { Policy } from '../engine/types.js';
import { decideLabels, type Baseline, type Measured, type ScoredQuery, type UtilityMeasure } from './decide.js';
import type { PairCodec } from './pair-tokens.js';
import type { QueryCandidates } from './pairs.js';
import { planBatches, type BatchLimits } from './score-plan.js';
import { scorePairs, type PairScore } from './scores.js';
import { appendLabels } from './store.js';
import type { Label } from './types.js';

/** Short pairs in hundreds; of long solutions about 25,000 tokens, a minute's work of a model with 135M parameters on two cores. */
const BATCH_LIMITS: BatchLimits = { pairs: 256, characters: 100_000 };

export interface UtilityOptions {
  policy: Policy;
  codec: PairCodec;
  /** Names policy and prompt layout; scores measured under another key are not used. */
  policyKey: string;
  /** Whose likelihood: the solution's, or that of the boxed answer alone. Default `solution`. */
  measure?: Exclude<UtilityMeasure, 'success'>;
  /** Append-only file of the log-likelihoods behind them. */
  scoresPath: string;
  /** Of one engine call. Default {@link BATCH_LIMITS}. */
  limits?: BatchLimits;
  progress?: Progress;
}

/** How labels follow from what was measured. */
export interface DecideUtility {
  /** The best this many traces of a query become positives, where their gain is above 0. */
  topPositives: number;
  /** What a score is compared with. Default `query-and-trace`. */
  baseline?: Baseline;
  /** Gain in nats that a positive must exceed. Default 0. */
  minGain?: number;
}

/** Judges all pairs; returns the labels of these queries in order. Resumes from the scores that are already there. */
export async function judgeByUtility(
  queries: readonly QueryCandidates[],
  options: UtilityOptions & DecideUtility & { labelsPath: string },
): Promise<Label[]> {
  const { measure = 'solution', topPositives, baseline = 'query-and-trace', minGain = 0, labelsPath } = options;
  const scored = await measureUtility(queries, options);
  const labels = decideLabels(scored, { measure, topPositives, baseline, minGain });
  await appendLabels(labelsPath, labels);
  return labels;
}

/** Measures all pairs that the file of scores does not hold. */
export async function measureUtility(
  queries: readonly QueryCandidates[],
  options: UtilityOptions,
): Promise<ScoredQuery[]> {
  const { policy, codec, policyKey, scoresPath, limits = BATCH_LIMITS, progress, measure = 'solution' } = options;
  const targets = measure === 'answer' ? queries.map(withAnswerOnly) : queries;
  const batches = planBatches(targets, { policyKey, limits });
  const scores = await scorePairs(batches, { policy, codec, path: scoresPath, ...(progress ? { progress } : {}) });
  const byQuery = new Map<string, Measured[]>(queries.map((q) => [q.problem.id, []]));
  for (const { key, problem } of batches.flat(2)) {
    const score = scores.get(key);
    if (score) byQuery.get(problem.id)?.push(measured(score));
  }
  return queries.map((query) => ({ query, scores: byQuery.get(query.problem.id) ?? [] }));
}

/** The query with its boxed answer for a solution. */
function withAnswerOnly({ problem, candidates }: QueryCandidates): QueryCandidates {
  return { problem: { ...problem, solution: `\\boxed{${problem.answer}}` }, candidates };
}

function measured({ key, traceId, logprob, failed }: PairScore): Measured {
  return { key, traceId, value: logprob, ...(failed !== undefined && { failed }) };
}
