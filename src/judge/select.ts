/**
 * Judging a small part of all pairs and inferring others: problems and traces are sorted into classes with a few verdicts
 * each (classes.ts), a retriever that is trained in between says which class to try first, and a random slice checks what was
 * inferred. (The paper judges every pair of a type.)
 */
import { RaRftError } from '../core/errors.js';
import { hashJson } from '../core/hash.js';
import { silent, type Progress } from '../core/progress.js';
import type { Rng } from '../core/rng.js';
import { pairKey } from './agreement.js';
import type { Answer } from './class-state.js';
import { ClassGrowth } from './classes.js';
import type { QueryCandidates } from './pairs.js';
import { auditOf, drawAuditPairs, type InferenceAudit } from './select-audit.js';
import { WaveFile } from './select-waves.js';
import type { ChoiceReason, DecidedLabel, Label } from './types.js';

/** Labels of the given pairs, in any order. */
export type JudgePairs = (queries: readonly QueryCandidates[]) => Promise<Label[]>;

/**
 * For every query the scores of its candidates less their mean, in their order, by a retriever that was trained quickly on the
 * labels so far. Undefined where the labels are too few to train on. The judge knows no retriever: whoever calls brings one.
 */
export type ScoreCandidates = (
  labels: readonly Label[],
  queries: readonly QueryCandidates[],
  round: number,
) => Promise<readonly Float32Array[] | undefined>;

export interface SelectionOptions {
  /** Share of all pairs that may be judged. */
  share: number;
  /** How often the retriever is trained anew, evenly over the budget. */
  rounds: number;
  /** Share of the budget for random pairs that check the inference. */
  randomShare: number;
  /** Share of the checked inferred positives that must be right, or nothing inferred is used. */
  minConfirmed: number;
  width: number;
  foundingTraces: number;
  rng: Rng;
  judge: JudgePairs;
  score: ScoreCandidates;
  /** Append-only file of the verdicts, wave by wave; a stopped selection goes on with it. */
  path: string;
  /** Content hash of what pairs, choice and verdicts depend on; verdicts of another are not gone on with. */
  key: string;
  progress?: Progress;
}

export interface Selection {
  /** Judged pairs with the reason they were chosen for, and inferred ones; in the order of queries and candidates. */
  labels: Label[];
  report: SelectionReport;
}

export interface SelectionReport extends InferenceAudit {
  judged: number;
  inferred: number;
  classes: number;
  /** Problems that have a class, and problems that nothing they were tried with helps. */
  placed: number;
  alone: number;
  /** Whether the inferred labels are among the labels: not where too few of those checked were right. */
  used: boolean;
}

/** A pair to judge, and why. */
type Chosen = { query: number; traceId: string; reason: ChoiceReason };

/**
 * Chooses and judges within the budget. What is chosen depends on the verdicts before and on the stream alone, so a selection
 * that was stopped goes on as if it had not been.
 */
export async function selectWithinBudget(
  queries: readonly QueryCandidates[],
  options: SelectionOptions,
): Promise<Selection> {
  const { rounds, rng, judge, score, progress = silent } = options;
  const budget = budgetOf(queries, options.share);
  const forAudit = Math.round(options.randomShare * budget);
  const forGrowth = budget - forAudit;
  const growth = new ClassGrowth(queries, { ...options, rng: rng.fork('classes') });
  const waves = await WaveFile.open(options.path, options.key);
  const task = progress.task('judging a part of the pairs', budget, 'pairs', waves.pairs);
  const judged: Label[] = [];
  const wave = async (chosen: readonly Chosen[]): Promise<Label[]> => {
    const labels = inOrder(chosen, queries, await judge(pairsOf(queries, chosen)));
    await waves.append(labels);
    task.update(judged.length + labels.length, growthText(growth));
    return labels;
  };
  try {
    let round = 0;
    let scores: Promise<readonly Float32Array[] | undefined> | undefined;
    let known: Label[] = [];
    while (judged.length < forGrowth) {
      const due = Math.floor((judged.length * (rounds + 1)) / forGrowth);
      if (due > round) {
        round = due;
        known = labelsOf(queries, growth, judged);
        scores = undefined;
      }
      let labels = waves.next(false);
      if (!labels) {
        if (round > 0) scores ??= score(known, queries, round);
        const asks = growth.ask(await scores, round > 0 && round === rounds).slice(0, forGrowth - judged.length);
        if (asks.length === 0) break;
        labels = await wave(asks);
      }
      growth.tell(answersOf(queries, labels));
      judged.push(...labels);
    }
    const drawn = drawAuditPairs(queries, growth, judged, forAudit, rng.fork('audit'));
    if (drawn.length > 0) judged.push(...(waves.next(true) ?? (await wave(drawn))));
  } finally {
    task.end(growthText(growth));
    await waves.close();
  }
  const audit = auditOf(judged);
  const used = audit.confirmed === null || audit.confirmed >= options.minConfirmed;
  const all = labelsOf(queries, growth, judged);
  const inferred = all.length - judged.length;
  const labels = used ? all : all.filter((label) => !('inferred' in label));
  return { labels, report: { judged: judged.length, inferred, ...growth.counts, ...audit, used } };
}

function growthText(growth: ClassGrowth): string {
  const { classes, placed } = growth.counts;
  return `${placed} problems in ${classes} classes`;
}

/** Pairs that may be judged; at least one where there is any. */
export function budgetOf(queries: readonly QueryCandidates[], share: number): number {
  const all = queries.reduce((sum, { candidates }) => sum + candidates.length, 0);
  return Math.min(all, Math.max(1, Math.floor(share * all)));
}

/** As many pairs as a selection would judge, drawn without judging any: to count and price it beforehand. */
export function previewSelection(queries: readonly QueryCandidates[], share: number, rng: Rng): QueryCandidates[] {
  const all = queries.flatMap(({ candidates }, query) => candidates.map(({ id }) => ({ query, traceId: id })));
  return pairsOf(queries, rng.sample(all, budgetOf(queries, share)));
}

/** Pairs as queries with their candidates, in the order of `queries` and of their candidates. */
function pairsOf(
  queries: readonly QueryCandidates[],
  pairs: readonly Pick<Chosen, 'query' | 'traceId'>[],
): QueryCandidates[] {
  const wanted = new Map<number, Set<string>>();
  for (const { query, traceId } of pairs) wanted.set(query, (wanted.get(query) ?? new Set()).add(traceId));
  return [...wanted]
    .toSorted(([a], [b]) => a - b)
    .map(([query, traces]) => {
      const { problem, candidates } = queries[query]!;
      return { problem, candidates: candidates.filter(({ id }) => traces.has(id)) };
    });
}

/** The labels in the order of the choices, each with its reason. Throws `internal` where one is missing. */
function inOrder(chosen: readonly Chosen[], queries: readonly QueryCandidates[], labels: readonly Label[]): Label[] {
  const byPair = new Map(labels.map((label) => [pairKey(label), label]));
  return chosen.map(({ query, traceId, reason }) => {
    const pair = { problemId: queries[query]!.problem.id, traceId };
    const label = byPair.get(pairKey(pair));
    if (!label) throw new RaRftError({ code: 'internal', message: 'the judge gave no label', where: pairKey(pair) });
    return { ...label, chosen: reason };
  });
}

function answersOf(queries: readonly QueryCandidates[], labels: readonly Label[]): Answer[] {
  const places = new Map(queries.map(({ problem }, q) => [problem.id, q]));
  return labels.map((label) => ({
    query: places.get(label.problemId)!,
    traceId: label.traceId,
    reason: label.chosen as Answer['reason'],
    verdict: 'relevant' in label ? label.relevant : undefined,
  }));
}

/** Judged labels, and what the classes say of the pairs that nobody judged. */
function labelsOf(queries: readonly QueryCandidates[], growth: ClassGrowth, judged: readonly Label[]): Label[] {
  const byPair = new Map(judged.map((label) => [pairKey(label), label]));
  const basis = hashJson(judged.map(({ key, chosen }) => [key, chosen]));
  return queries.flatMap(({ problem, candidates }, query) =>
    candidates.flatMap(({ id }): Label[] => {
      const pair = { problemId: problem.id, traceId: id };
      const known = byPair.get(pairKey(pair));
      if (known) return [known];
      const relevant = growth.says(query, id);
      if (relevant === undefined) return [];
      const { judge } = judged[0]!;
      const label: DecidedLabel = { ...pair, judge, key: hashJson([basis, pair]), relevant, inferred: true };
      return [label];
    }),
  );
}
