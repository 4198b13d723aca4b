/**
 * The best traces of a problem, each alone in its prompt (Fig. 4 of the paper): how far apart they are, and what they solve together
 * that none of them solves alone. The best of several is above each of them by luck too, so every such figure stands beside what it
 * would be if all traces of a problem were alike: its samples dealt to them at random. Pure.
 */
import type { Rng } from '../core/rng.js';
import type { Interval } from './bootstrap.js';
import type { ProblemDraws } from './draws.js';
import type { EvalRecord, EvalSample } from './records.js';

export const oneByOneGlossary = {
  'contexts one by one':
    'Every test problem sampled k times with each of its m best traces alone in the prompt, by the last policy (Fig. 4). Rank 1 is the trace that the retriever puts first.',
  spread: 'average@k with the best of the m traces of a problem minus that with its worst, averaged over problems.',
  together: 'Share of problems that at least one of the m traces solves in k samples.',
  'beyond one rank': 'What all ranks together solve, in share of problems, more than the rank that solves most.',
  'by choice':
    'average@k with the best trace of each problem minus that of the best rank: what choosing among the traces could give.',
  'by chance':
    'The same figure where the samples of each problem are dealt to its traces at random: what luck alone makes of traces that are all alike.',
};

/** A figure, and what it is where all traces of a problem are alike. */
export interface AgainstChance {
  mean: number;
  byChance: number;
}

export interface OneByOne {
  /** Samples of each problem with each trace. */
  k: number;
  /** Problems with k judged samples for every rank. */
  n: number;
  /** Problems that have fewer traces, or samples without a reward: in no figure. */
  leftOut: number;
  /** By rank: average@k, and the share of problems solved at least once. */
  ranks: { average: number; ci95: Interval; solved: number }[];
  /** Mean over problems of the best and of the worst average of a trace. */
  best: number;
  worst: number;
  spread: AgainstChance & { ci95: Interval };
  /** Share of problems that some trace solves. */
  together: number;
  beyond: AgainstChance;
  byChoice: AgainstChance;
}

/** Rank and problem of a record of this evaluation, as its `problemId`. */
export function rankedId(problemId: string, rank: number): string {
  return JSON.stringify([problemId, rank]);
}

/** What {@link rankedId} was made of. */
export function rankAndProblem(id: string): { problemId: string; rank: number } {
  const [problemId, rank] = JSON.parse(id) as [string, number];
  return { problemId, rank };
}

/** Shuffles behind the figures by chance. */
const SHUFFLES = 200;

/** Samples of one problem, rank by rank. */
type Table = readonly (readonly Result[])[];
interface Result {
  reward: number;
  right: boolean;
}

/** The figures of one split; undefined where no problem has k judged samples with each of m traces. */
export function oneByOne(
  records: readonly EvalRecord[],
  split: string,
  { m, k, draws, rng }: { m: number; k: number; draws: ProblemDraws; rng: Rng },
): OneByOne | undefined {
  const byProblem = new Map<string, Map<number, readonly EvalSample[]>>();
  for (const record of records.filter((one) => one.split === split)) {
    const { problemId, rank } = rankAndProblem(record.problemId);
    const ranks = byProblem.get(problemId) ?? new Map<number, readonly EvalSample[]>();
    byProblem.set(problemId, ranks.set(rank, record.samples));
  }
  const whole = [...byProblem].flatMap(([id, ranks]) => {
    const table = tableOf(ranks, m, k);
    return table ? [{ id, table }] : [];
  });
  const tables = whole.map(({ table }) => table);
  if (tables.length === 0) return undefined;
  const figures = figuresOf(tables);
  const chance = Array.from({ length: SHUFFLES }, (_, i) => {
    const stream = rng.fork(`chance/${i}`);
    return figuresOf(tables.map((table) => dealt(table, stream)));
  });
  const against = (of: (one: Figures) => number): AgainstChance => ({
    mean: of(figures),
    byChance: mean(chance.map(of)),
  });
  const interval = (of: (table: Table) => number) =>
    draws.mean(new Map(whole.map(({ id, table }) => [id, of(table)]))).ci95;
  return {
    k,
    n: tables.length,
    leftOut: byProblem.size - tables.length,
    ranks: figures.ranks.map(({ average, solved }, r) => ({
      average,
      ci95: interval((table) => averageOf(table[r]!)),
      solved,
    })),
    best: figures.best,
    worst: figures.worst,
    spread: { ...against((one) => one.best - one.worst), ci95: interval(spreadOf) },
    together: figures.together,
    beyond: against(({ together, ranks }) => together - Math.max(...ranks.map(({ solved }) => solved))),
    byChoice: against(({ best, ranks }) => best - Math.max(...ranks.map(({ average }) => average))),
  };
}

function tableOf(ranks: ReadonlyMap<number, readonly EvalSample[]>, m: number, k: number): Table | undefined {
  const table: Result[][] = [];
  for (let rank = 1; rank <= m; rank++) {
    const results = (ranks.get(rank) ?? []).flatMap(({ reward, verdict }) =>
      reward === null ? [] : [{ reward, right: verdict.outcome === 'match' }],
    );
    if (results.length < k) return undefined;
    table.push(results);
  }
  return table;
}

interface Figures {
  ranks: { average: number; solved: number }[];
  best: number;
  worst: number;
  together: number;
}

function figuresOf(tables: readonly Table[]): Figures {
  const ranks = tables[0]!.map((_, r) => ({
    average: mean(tables.map((table) => averageOf(table[r]!))),
    solved: mean(tables.map((table) => Number(table[r]!.some(({ right }) => right)))),
  }));
  return {
    ranks,
    best: mean(tables.map((table) => Math.max(...table.map(averageOf)))),
    worst: mean(tables.map((table) => Math.min(...table.map(averageOf)))),
    together: mean(tables.map((table) => Number(table.flat().some(({ right }) => right)))),
  };
}

/** All samples of a problem in random order, dealt to its ranks. */
function dealt(table: Table, rng: Rng): Table {
  const all = rng.shuffle(table.flat());
  let from = 0;
  return table.map(({ length }) => all.slice(from, (from += length)));
}

function spreadOf(table: Table): number {
  const averages = table.map(averageOf);
  return Math.max(...averages) - Math.min(...averages);
}

function averageOf(results: readonly Result[]): number {
  return mean(results.map(({ reward }) => reward));
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
