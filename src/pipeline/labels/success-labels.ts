/** Labels by measured success: Eq. 1 by sampling, the share of answers that are right with the trace in the prompt. */
import type { Problem } from '../../data/index.js';
import { averageAtK } from '../../eval/index.js';
import { appendLabels, decideLabels, type Label, type Measured, type QueryCandidates } from '../../judge/index.js';
import { sampledKey, samplePairs } from './sample-pairs.js';
import type { Session } from '../session.js';
import type { StartPolicy } from '../arms/warmup-stage.js';

/**
 * Judges all pairs by `labels.samples` answers each. The answers are kept in label-samples.jsonl and not sampled again. A pair
 * whose prompt is too long, or none of whose answers could be judged, fails.
 */
export async function judgeBySuccess(
  session: Session,
  queries: readonly QueryCandidates[],
  { policy, problems }: { policy: StartPolicy; problems: readonly Problem[] },
): Promise<Label[]> {
  const { samples, topPositives, baseline, minGain } = session.config.labels;
  // The problems as they are: a solution that selection stood in for a missing one is none that a reward module may see.
  const given = new Map(problems.map((problem) => [problem.id, problem]));
  const pairs = queries.flatMap(({ problem, candidates }) =>
    candidates.map((trace) => ({ problem: given.get(problem.id) ?? problem, trace })),
  );
  const file = { use: 'labels', samples, file: 'label-samples.jsonl', stream: 'labels/answers' } as const;
  const records = await samplePairs(session, policy, pairs, file);
  const scored = queries.map((query) => ({
    query,
    scores: query.candidates.map((trace): Measured => {
      const record = records.get(sampledKey({ problem: query.problem, trace }));
      const value = averageAtK(record?.samples ?? []) ?? null;
      const of = { key: record?.key ?? '', traceId: trace.id, value };
      return value === null ? { ...of, failed: record?.failed ?? 'no answer could be judged' } : of;
    }),
  }));
  const labels = decideLabels(scored, { measure: 'success', topPositives, baseline, minGain });
  await appendLabels(session.run.paths.labels, labels);
  return labels;
}
