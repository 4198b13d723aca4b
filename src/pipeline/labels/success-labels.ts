/** Labels by measured success: Eq. 1 by sampling, the share of answers that are right with the trace in the prompt. */
import { join } from 'node:path';
import type { Problem } from '../../data/index.js';
import { averageAtK } from '../../eval/index.js';
import {
  appendLabels,
  decideLabels,
  type Label,
  type Measured,
  type QueryCandidates,
  type ScoredQuery,
} from '../../judge/index.js';
import { sampledKey, samplePairs } from './sample-pairs.js';
import type { Session } from '../session.js';
import type { StartPolicy } from '../arms/warmup-stage.js';

export interface SuccessOptions {
  policy: StartPolicy;
  problems: readonly Problem[];
  /** Folder that answers are kept in. */
  measured: string;
}

/**
 * Judges all pairs by `labels.samples` answers each. The answers are kept in label-samples.jsonl and not sampled again. A pair
 * whose prompt is too long, or none of whose answers could be judged, fails.
 */
export async function judgeBySuccess(
  session: Session,
  queries: readonly QueryCandidates[],
  options: SuccessOptions & { labelsPath: string },
): Promise<Label[]> {
  const { topPositives, baseline, minGain } = session.config.labels;
  const scored = await measureSuccess(session, queries, { ...options, round: 1 });
  const labels = decideLabels(scored, { measure: 'success', topPositives, baseline, minGain });
  await appendLabels(options.labelsPath, labels);
  return labels;
}

/** Measures the pairs of a round of labels; answers of further rounds have files of their own (label-samples-2.jsonl). */
export async function measureSuccess(
  session: Session,
  queries: readonly QueryCandidates[],
  { policy, problems, measured, round }: SuccessOptions & { round: number },
): Promise<ScoredQuery[]> {
  const { samples } = session.config.labels;
  const of = round === 1 ? '' : `-${round}`;
  // The problems as they are: a solution that selection stood in for a missing one is none that a reward module may see.
  const given = new Map(problems.map((problem) => [problem.id, problem]));
  const pairs = queries.flatMap(({ problem, candidates }) =>
    candidates.map((trace) => ({ problem: given.get(problem.id) ?? problem, trace })),
  );
  const path = join(measured, `label-samples${of}.jsonl`);
  const options = { use: 'labels', samples, path, stream: `labels/answers${of}` } as const;
  const records = await samplePairs(session, policy, pairs, options);
  return queries.map((query) => ({
    query,
    scores: query.candidates.map((trace): Measured => {
      const record = records.get(sampledKey({ problem: query.problem, trace }));
      const value = averageAtK(record?.samples ?? []) ?? null;
      const of = { key: record?.key ?? '', traceId: trace.id, value };
      return value === null ? { ...of, failed: record?.failed ?? 'no answer could be judged' } : of;
    }),
  }));
}
