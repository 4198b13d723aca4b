/**
 * Judging a small part of all pairs, chosen so that a retriever learns as much from it as it can: a stratified sample, then
 * rounds in which a quick retriever says where to look. (The paper judges every pair of a type.)
 */
import { RaRftError } from '../core/errors.js';
import { JsonlWriter, readJsonlAll } from '../core/jsonl.js';
import { silent, type Progress } from '../core/progress.js';
import type { Rng } from '../core/rng.js';
import type { QueryCandidates } from './pairs.js';
import { chooseRound, firstSample, type Choice, type RoundState } from './select-round.js';
import type { ChosenPair, JudgePairs, ScoreCandidates } from './select-types.js';
import type { Label } from './types.js';

export interface SelectionOptions {
  /** Share of all pairs that may be judged. */
  share: number;
  /** Rounds after the first sample. */
  rounds: number;
  /** Share of the budget for the first sample; the rounds share the rest evenly. */
  firstShare: number;
  /** Share of each round that the retriever has no say in. */
  randomShare: number;
  /** Temperature of the retriever's probabilities. */
  temperature: number;
  rng: Rng;
  judge: JudgePairs;
  score: ScoreCandidates;
  /** Append-only file of the chosen pairs; rounds that stand in it whole are not chosen again. */
  path: string;
  progress?: Progress;
}

export interface Selection {
  chosen: ChosenPair[];
  /** Labels of all chosen pairs. */
  labels: Label[];
}

/**
 * Chooses and judges within the budget. Choices depend on the labels before them and on the stream alone, so a run that
 * was stopped goes on with the same ones.
 */
export async function selectWithinBudget(
  queries: readonly QueryCandidates[],
  options: SelectionOptions,
): Promise<Selection> {
  const { judge, score, rng, path, progress = silent } = options;
  const sizes = roundSizes(queries, options);
  const writer = await JsonlWriter.open(path);
  try {
    const known = await readJsonlAll<ChosenPair>(path);
    refuseStrangers(queries, known, path);
    const chosen: ChosenPair[] = [];
    let labels: Label[] = [];
    for (const [round, budget] of sizes.entries()) {
      let pairs = known.filter((pair) => pair.round === round);
      if (pairs.length < budget) {
        const stood = pairs.length;
        pairs = nameChoices(queries, round, await choose(round, budget));
        await writer.append(...pairs.slice(stood));
      }
      chosen.push(...pairs);
      labels = await judge(candidatesOf(queries, chosen));
      const found = labels.filter((label) => 'relevant' in label && label.relevant).length;
      progress.line(`selection, round ${round}: ${chosen.length} pairs judged, ${found} positive`);
    }
    return { chosen, labels };

    async function choose(round: number, budget: number): Promise<Choice[]> {
      const stream = rng.fork(`round-${round}`);
      if (round === 0) return firstSample(queries, budget, stream);
      const { randomShare, temperature } = options;
      const scores = await score(labels, queries, round);
      return chooseRound(stateOf(queries, chosen, labels), scores, { budget, randomShare, temperature, rng: stream });
    }
  } finally {
    await writer.close();
  }
}

/** Pairs of the first sample and of each round; together the budget, at least one pair where there is any. */
export function roundSizes(
  queries: readonly QueryCandidates[],
  { share, rounds, firstShare }: Pick<SelectionOptions, 'share' | 'rounds' | 'firstShare'>,
): number[] {
  const all = queries.reduce((sum, { candidates }) => sum + candidates.length, 0);
  const budget = Math.min(all, Math.max(1, Math.floor(share * all)));
  const first = rounds === 0 ? budget : Math.round(firstShare * budget);
  const ends = Array.from(
    { length: rounds + 1 },
    (_, r) => first + Math.round(((budget - first) * r) / Math.max(1, rounds)),
  );
  return ends.map((end, r) => end - (ends[r - 1] ?? 0));
}

/** As many pairs as a selection would judge, chosen without judging any: to count and price it beforehand. */
export function previewSelection(
  queries: readonly QueryCandidates[],
  options: Pick<SelectionOptions, 'share' | 'rounds' | 'firstShare' | 'rng'>,
): QueryCandidates[] {
  const budget = roundSizes(queries, options).reduce((a, b) => a + b, 0);
  return candidatesOf(queries, nameChoices(queries, 0, firstSample(queries, budget, options.rng)));
}

/** The chosen pairs as queries with their candidates, in the order of `queries` and of their candidates. */
export function candidatesOf(queries: readonly QueryCandidates[], chosen: readonly ChosenPair[]): QueryCandidates[] {
  const traces = new Map<string, Set<string>>();
  for (const { problemId, traceId } of chosen) {
    traces.set(problemId, (traces.get(problemId) ?? new Set()).add(traceId));
  }
  return queries.flatMap(({ problem, candidates }) => {
    const wanted = traces.get(problem.id);
    return wanted ? [{ problem, candidates: candidates.filter(({ id }) => wanted.has(id)) }] : [];
  });
}

/** Choices among other pairs mean nothing here. */
function refuseStrangers(queries: readonly QueryCandidates[], known: readonly ChosenPair[], path: string): void {
  const there = new Map(
    queries.map(({ problem, candidates }) => [problem.id, new Set(candidates.map(({ id }) => id))]),
  );
  const stranger = known.find(({ problemId, traceId }) => there.get(problemId)?.has(traceId) !== true);
  if (!stranger) return;
  throw new RaRftError({
    code: 'run-folder',
    message: `the chosen pair of ${stranger.problemId} and ${stranger.traceId} is none of this run's`,
    where: path,
    hint: 'The data has changed since: remove the file to choose anew.',
  });
}

function nameChoices(queries: readonly QueryCandidates[], round: number, choices: readonly Choice[]): ChosenPair[] {
  return choices.map(({ query, candidate, reason, probability }) => {
    const { problem, candidates } = queries[query]!;
    const pair = { problemId: problem.id, traceId: candidates[candidate]!.id, round, reason };
    return probability === undefined ? pair : { ...pair, probability: Math.round(probability * 1e6) / 1e6 };
  });
}

function stateOf(
  queries: readonly QueryCandidates[],
  chosen: readonly ChosenPair[],
  labels: readonly Label[],
): RoundState {
  const place = new Map(queries.map(({ problem }, q) => [problem.id, q]));
  const places = queries.map(({ candidates }) => new Map(candidates.map(({ id }, c) => [id, c])));
  const judged = queries.map(() => new Set<number>());
  for (const { problemId, traceId } of chosen) {
    const q = place.get(problemId)!;
    judged[q]!.add(places[q]!.get(traceId)!);
  }
  const positives = queries.map(() => 0);
  for (const label of labels) {
    const q = place.get(label.problemId);
    if (q !== undefined && 'relevant' in label && label.relevant) positives[q]!++;
  }
  return { queries, judged, positives };
}
