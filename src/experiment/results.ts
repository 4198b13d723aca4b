/** tables.json: every table, figure and claim from the measures of all seeds. Pure: same measures, same bytes. */
import type { Rng } from '../core/rng.js';
import type { Interval, Summary } from '../eval/index.js';
import { needsOf, retrieverOf } from './arms.js';
import { claimSpecs, type ClaimSpec } from './claims.js';
import { Comparison, type Quantity, type Value } from './comparison.js';
import type { SeedMeasures } from './measures.js';
import { foretoldGains, type Foretold } from './foretold.js';
import { figureSpecs, tableSpecs, type FigureSpec, type Measured, type RowSpec } from './paper.js';

/** `measured`; `not run`: this version can, nobody has yet; `not available`: see `why`. */
export type Status = 'measured' | 'not run' | 'not available';

/** A value on each split that has one. */
export type BySplit<T> = Record<string, T>;

export interface RowResult {
  label: string;
  status: Status;
  why?: string;
  arm?: string;
  at?: Measured['at'];
  accuracy: BySplit<Value>;
  recallAt1?: BySplit<Value>;
  /** The paper's figures, as shares; null where it has none. */
  paper: { accuracy: number | null; recallAt1?: number | null };
}

export interface TableResult {
  table: number;
  name: string;
  title: string;
  rows: RowResult[];
}

export interface FigureResult {
  figure: number;
  title: string;
  status: Status;
  why?: string;
  curves: { arm: string; split: string; points: ({ step: number } & Value)[] }[];
  /** The best traces of each problem one by one, of each seed that has come to its end. */
  oneByOne?: OneByOneRow[];
}

/** What one arm of one seed did with each of the best traces alone. */
export type OneByOneRow = NonNullable<Summary['oneByOne']>[number] & { seed: number };

/** Whether an ordering of the paper is seen here: its paired interval lies above 0, below 0, or holds it. */
export type Verdict = 'holds' | 'does not hold' | 'cannot be told';

export interface ClaimResult {
  claim: string;
  source: string;
  metric: ClaimSpec['metric'];
  /** Claimed to be above `less`; differences are `more` minus `less`. */
  more: Measured;
  less: Measured;
  status: Status;
  why?: string;
  splits: BySplit<Value & { verdict: Verdict }>;
}

export interface ExperimentResults {
  format: 1;
  version: string;
  preset: string;
  /** Samples a problem; training steps; resamples behind each interval. */
  k: number;
  steps: number;
  resamples: number;
  /** What the intervals are about. */
  intervals: 'seeds and problems' | 'problems of one seed';
  seeds: { seed: number; finished: string[] }[];
  /** Problems of each split that are in no figure, since not every arm has k judged samples of them. */
  leftOut: BySplit<number>;
  tables: TableResult[];
  figures: FigureResult[];
  claims: ClaimResult[];
  /** Gains at step 0 against gains of training, over the arms; by split. */
  foretold: Foretold;
}

export interface ResultInputs {
  version: string;
  preset: string;
  k: number;
  steps: number;
  resamples: number;
  seeds: readonly SeedMeasures[];
  rng: Rng;
}

export function experimentResults(inputs: ResultInputs): ExperimentResults {
  const { version, preset, k, steps, resamples, seeds, rng } = inputs;
  const comparison = new Comparison(seeds, { steps, resamples, rng });
  const most = Math.max(0, ...comparison.arms.map((name) => comparison.seedsWith(name).length));
  return {
    format: 1,
    version,
    preset,
    k,
    steps,
    resamples,
    intervals: most > 1 ? 'seeds and problems' : 'problems of one seed',
    seeds: seeds.map(({ seed, arms }) => ({ seed, finished: arms.map(({ name }) => name).toSorted() })),
    leftOut: comparison.leftOut,
    tables: tableSpecs.map(({ table, name, title, recall, rows }) => ({
      table,
      name,
      title,
      rows: rows.map((row) => rowResult(comparison, row, recall === true)),
    })),
    figures: figureSpecs.map((spec) =>
      spec.contexts === undefined ? curvesResult(comparison, spec) : contextsResult(seeds, spec),
    ),
    claims: claimSpecs.map((spec) => claimResult(comparison, spec)),
    foretold: foretoldGains(comparison),
  };
}

function rowResult(
  comparison: Comparison,
  { label, of, why, paper, paperRecall }: RowSpec,
  recall: boolean,
): RowResult {
  const share = (percent: number | undefined) => (percent === undefined ? null : percent / 100);
  const papers = { accuracy: share(paper), ...(recall && { recallAt1: share(paperRecall) }) };
  if (!of) return { label, status: 'not available', ...(why !== undefined && { why }), accuracy: {}, paper: papers };
  const accuracy = comparison.bySplit(accuracyOf(of));
  const measured = Object.keys(accuracy).length > 0;
  return {
    label,
    ...statusOf([of], measured),
    arm: of.arm,
    at: of.at,
    accuracy,
    ...(recall && { recallAt1: measured ? comparison.bySplit(recallOf(of)) : {} }),
    paper: papers,
  };
}

function contextsResult(seeds: readonly SeedMeasures[], { figure, title, arms }: FigureSpec): FigureResult {
  const oneByOne = seeds.flatMap(({ seed, oneByOne: rows }) =>
    rows.filter(({ name }) => (arms as readonly string[]).includes(name)).map((row) => ({ ...row, seed })),
  );
  return { figure, title, ...statusOf([], oneByOne.length > 0), curves: [], oneByOne };
}

function curvesResult(comparison: Comparison, { figure, title, arms }: FigureSpec): FigureResult {
  const curves = arms.flatMap((arm) => comparison.curves(arm).map((curve) => ({ arm, ...curve })));
  return { figure, title, ...statusOf([], curves.length > 0), curves };
}

function claimResult(comparison: Comparison, { claim, source, metric, more, less }: ClaimSpec): ClaimResult {
  const quantity = metric === 'accuracy' ? accuracyOf : recallOf;
  const differences = comparison.bySplit(quantity(more), quantity(less));
  const splits = Object.fromEntries(
    Object.entries(differences).map(([split, value]) => [split, { ...value, verdict: verdictOf(value.ci95) }]),
  );
  return { claim, source, metric, more, less, ...statusOf([more, less], Object.keys(splits).length > 0), splits };
}

/** What the interval of "more minus less" says of "more is above less". */
export function verdictOf(ci95: Interval | null): Verdict {
  if (ci95 === null) return 'cannot be told';
  return ci95[0] > 0 ? 'holds' : ci95[1] < 0 ? 'does not hold' : 'cannot be told';
}

function accuracyOf({ arm, at }: Measured): Quantity {
  return { kind: 'accuracy', arm, at };
}

function recallOf({ arm }: Measured): Quantity {
  return { kind: 'recall', retriever: retrieverOf(arm) };
}

function statusOf(of: readonly Measured[], measured: boolean): { status: Status; why?: string } {
  if (measured) return { status: 'measured' };
  const needs = [...new Set(of.flatMap(({ arm }) => needsOf(arm) ?? []))];
  return needs.length === 0 ? { status: 'not run' } : { status: 'not available', why: notHere(needs.join('; ')) };
}

function notHere(needs: string): string {
  return `not available in this version: ${needs}`;
}
