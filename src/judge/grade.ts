/** How good labels are, measured against the truth where there is one. */
import type { DecidedLabel, Label } from './types.js';

/** One sentence for each figure of the labels; the glossary and the report's captions come from here. */
export const labelMetricGlossary = {
  gain: 'What labels.measure says of the policy with the trace in the prompt (log-likelihood of the right solution in nats, by default), minus the mean over the candidates of the query.',
  positives: 'Pairs labelled relevant: the best few of each query with a gain above 0.',
  'failed labels': 'Pairs that could not be judged; neither relevant nor not.',
  'inferred labels': 'Labels of pairs that nobody judged: they follow from verdicts on others of their class.',
  'precision by truth': 'Share of the positives whose two sides have the same truth (house rule, equation template).',
  'recall by truth':
    'Share of the pairs with the same truth that became positives; bounded by the number of positives a query.',
  'chance by truth': 'Share of all pairs with the same truth: what random labels would have as precision.',
  'best by gain right': 'Share of the queries whose trace with the highest gain has the same truth.',
  'best that could be right': 'Share of the queries with any judged trace of the same truth.',
  'AUC by truth': 'Probability that a pair with the same truth has the higher gain than one without; 0.5 is chance.',
} as const;

/** Counts and shares; shares are null where there is nothing to divide by. */
export interface LabelGrade {
  pairs: number;
  failed: number;
  queries: number;
  /** Queries with at least one positive: the ones a retriever can learn from. */
  queriesWithPositive: number;
  positives: number;
  /** Decided pairs of which both sides have a truth. */
  graded: number;
  /** Share of graded pairs with equal truth: what precision would be by chance. */
  baseRate: number | null;
  /** Share of graded positives with equal truth. */
  precision: number | null;
  /** Share of the graded pairs with equal truth that became positives (bounded by topPositives). */
  recall: number | null;
  /** Probability that a pair with equal truth scores above one without (ties count half). */
  auc: number | null;
  /** Share of the queries with scores and truth whose best trace by score has equal truth. */
  bestRight: number | null;
  /** Share of these queries with any trace of equal truth: the most that bestRight could be. */
  bestPossible: number | null;
  /** Mean score (nats of gain) of pairs with equal truth and of the others. */
  meanScore: { same: number | null; other: number | null };
}

/** Labels of one round beside the truth. */
export interface RoundGrade {
  /** From 1. */
  round: number;
  /** The policy that measured them, by the name of its folder. */
  policy: string;
  all: LabelGrade;
  /** Of those problems alone that this policy was not warmed up on with their labels; absent in the first round. */
  untaught?: LabelGrade;
}

/** Grades labels; `truthOf` gives the truth of a problem or trace id, undefined where there is none. */
export function gradeLabels(
  labels: readonly Label[],
  truthOf: { problem: (id: string) => string | undefined; trace: (id: string) => string | undefined },
): LabelGrade {
  const decided = labels.filter((label): label is DecidedLabel => 'relevant' in label);
  const positives = decided.filter((label) => label.relevant);
  const graded = decided.flatMap((label) => {
    const [a, b] = [truthOf.problem(label.problemId), truthOf.trace(label.traceId)];
    return a === undefined || b === undefined ? [] : [{ label, same: a === b }];
  });
  const hits = graded.filter(({ label, same }) => same && label.relevant).length;
  const same = graded.filter((g) => g.same);
  const other = graded.filter((g) => !g.same);
  const scoresOf = (group: typeof graded) => group.flatMap(({ label }) => label.score ?? []);
  return {
    pairs: labels.length,
    failed: labels.length - decided.length,
    queries: new Set(labels.map((l) => l.problemId)).size,
    queriesWithPositive: new Set(positives.map((l) => l.problemId)).size,
    positives: positives.length,
    graded: graded.length,
    baseRate: share(same.length, graded.length),
    precision: share(hits, graded.filter((g) => g.label.relevant).length),
    recall: share(hits, same.length),
    auc: areaUnderCurve(scoresOf(same), scoresOf(other)),
    ...bestOfQueries(graded),
    meanScore: { same: mean(scoresOf(same)), other: mean(scoresOf(other)) },
  };
}

/** Whether the pair with the highest score of each query is right, and could be; the first of equals counts. */
function bestOfQueries(
  graded: readonly { label: DecidedLabel; same: boolean }[],
): Pick<LabelGrade, 'bestRight' | 'bestPossible'> {
  const scored = graded.flatMap(({ label, same }) =>
    label.score === undefined ? [] : [{ query: label.problemId, score: label.score, same }],
  );
  const byQuery = new Map<string, typeof scored>();
  for (const pair of scored) byQuery.set(pair.query, [...(byQuery.get(pair.query) ?? []), pair]);
  const queries = [...byQuery.values()];
  const best = queries.map((own) => own.reduce((a, b) => (b.score > a.score ? b : a)));
  return {
    bestRight: share(best.filter(({ same }) => same).length, queries.length),
    bestPossible: share(queries.filter((own) => own.some(({ same }) => same)).length, queries.length),
  };
}

/**
 * Mann-Whitney: the probability that a draw of `above` exceeds one of `below`, ties counting half; null where either
 * is empty. By mid-ranks of the sorted union.
 */
export function areaUnderCurve(above: readonly number[], below: readonly number[]): number | null {
  if (above.length === 0 || below.length === 0) return null;
  const all = [...above.map((x) => ({ x, up: true })), ...below.map((x) => ({ x, up: false }))].toSorted(
    (a, b) => a.x - b.x,
  );
  let rankSum = 0;
  for (let i = 0; i < all.length;) {
    let j = i;
    while (j < all.length && all[j]?.x === all[i]?.x) j++;
    // Ranks i+1 .. j share their mean.
    const midRank = (i + 1 + j) / 2;
    for (; i < j; i++) if (all[i]?.up) rankSum += midRank;
  }
  const n = above.length;
  return (rankSum - (n * (n + 1)) / 2) / (n * below.length);
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;
}
