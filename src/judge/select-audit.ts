/** A random slice of pairs that checks what the classes say, and shows what they miss. */
import type { Rng } from '../core/rng.js';
import { percentText } from '../core/percent.js';
import { pairKey } from './agreement.js';
import type { ClassGrowth } from './classes.js';
import type { QueryCandidates } from './pairs.js';
import type { ChoiceReason, Label } from './types.js';

/** Shares among pairs that were drawn at random and decided; null where there are none. */
export interface InferenceAudit {
  /** Pairs that were inferred to be relevant, and the share of them that the judge calls relevant too. */
  auditedRelevant: number;
  confirmed: number | null;
  /** All other pairs, and the share of them that the judge calls relevant. */
  auditedRest: number;
  missed: number | null;
}

/** Pairs that nobody judged: half of them inferred to be relevant, where there are so many, the rest any others. */
export function drawAuditPairs(
  queries: readonly QueryCandidates[],
  growth: ClassGrowth,
  judged: readonly Label[],
  count: number,
  rng: Rng,
): { query: number; traceId: string; reason: ChoiceReason }[] {
  const known = new Set(judged.map(pairKey));
  const open = queries.flatMap(({ problem, candidates }, query) =>
    candidates.flatMap(({ id: traceId }) =>
      known.has(pairKey({ problemId: problem.id, traceId })) ? [] : [{ query, traceId }],
    ),
  );
  const [relevant, rest] = [open.filter(isRelevant), open.filter((pair) => !isRelevant(pair))];
  const drawn = rng.fork('relevant').sample(relevant, Math.ceil(count / 2));
  return [
    ...drawn.map((pair) => ({ ...pair, reason: 'audit-relevant' as const })),
    ...rng
      .fork('rest')
      .sample(rest, count - drawn.length)
      .map((pair) => ({ ...pair, reason: 'audit-rest' as const })),
  ];

  function isRelevant({ query, traceId }: { query: number; traceId: string }): boolean {
    return growth.says(query, traceId) === true;
  }
}

/** What the random slice says of the inference. */
export function auditOf(judged: readonly Label[]): InferenceAudit {
  const verdicts = (reason: ChoiceReason) =>
    judged.flatMap((label) => (label.chosen === reason && 'relevant' in label ? [label.relevant] : []));
  const share = (of: readonly boolean[]) => (of.length === 0 ? null : of.filter(Boolean).length / of.length);
  const [relevant, rest] = [verdicts('audit-relevant'), verdicts('audit-rest')];
  return {
    auditedRelevant: relevant.length,
    confirmed: share(relevant),
    auditedRest: rest.length,
    missed: share(rest),
  };
}

/** The audit as a sentence. */
export function auditText({ auditedRelevant, confirmed, auditedRest, missed }: InferenceAudit): string {
  const percent = (share: number | null) => (share === null ? 'none' : percentText(share));
  return `of ${auditedRelevant} inferred positives drawn at random the judge confirms ${percent(confirmed)}; of ${auditedRest} other pairs it calls ${percent(missed)} relevant`;
}
