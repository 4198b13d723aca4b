/** How far two judges agree on the pairs that both decided: confusion table, kappa with its interval, worst disagreements. */
import type { Rng } from '../core/rng.js';
import type { DecidedLabel, Label } from './types.js';

/** One sentence for each figure of an audit. */
export const auditGlossary = {
  agreement: 'Share of the pairs on which two judges say the same. High by itself where relevant pairs are rare.',
  kappa:
    "Cohen's kappa: agreement beyond what the two judges' rates alone would give, (agreement - chance) / (1 - chance). 1: always agree, 0: as chance would; below 0: less.",
  weight:
    'Pairs that one audited pair stands for: audits draw as many relevant as irrelevant pairs, and the figures undo that.',
} as const;

/** Pairs by what judge a (first) and judge b (second) say; in pairs of a, so that a sample counts for what it stands for. */
export interface Confusion {
  yesYes: number;
  yesNo: number;
  noYes: number;
  noNo: number;
}

export interface Agreement {
  a: string;
  b: string;
  /** Pairs that both decided. */
  pairs: number;
  /** Pairs that both were given and one or both failed on; in none of the figures. */
  failed: number;
  table: Confusion;
  /** Null without pairs. */
  agreement: number | null;
  /** Null where chance alone agrees always (a judge that says one thing only), or without pairs. */
  kappa: number | null;
  /** 95 % interval by resampling queries. */
  kappaCi95: [low: number, high: number] | null;
}

/** A pair that two judges see differently. */
export interface Disagreement {
  a: DecidedLabel;
  b: DecidedLabel;
  /** How sure the two are, in standard deviations of their scores; 0 where neither has scores. */
  strength: number;
}

interface Both {
  problemId: string;
  a: DecidedLabel;
  b: DecidedLabel;
  weight: number;
}

/**
 * Compares two judges. Where b judged only some of a's pairs (an audit by a person), each of them stands for the pairs on
 * which a said the same: stratified samples give unbiased figures.
 */
export function compareJudges(
  aLabels: readonly Label[],
  bLabels: readonly Label[],
  options: { rng: Rng; resamples?: number },
): Agreement {
  const { shared, failed } = align(aLabels, bLabels);
  const both = weighted(shared, aLabels);
  const table = tableOf(both);
  const total = sumOf(table);
  return {
    a: aLabels[0]?.judge ?? '',
    b: bLabels[0]?.judge ?? '',
    pairs: both.length,
    failed,
    table,
    agreement: total === 0 ? null : (table.yesYes + table.noNo) / total,
    kappa: kappa(table),
    kappaCi95: interval(both, options.rng, options.resamples ?? 1000),
  };
}

/** Cohen (1960). Null where it is not defined. */
export function kappa(table: Confusion): number | null {
  const { yesYes, yesNo, noYes, noNo } = table;
  const n = sumOf(table);
  if (n === 0) return null;
  const [yesA, yesB] = [(yesYes + yesNo) / n, (yesYes + noYes) / n];
  const chance = yesA * yesB + (1 - yesA) * (1 - yesB);
  return 1 - chance < 1e-12 ? null : ((yesYes + noNo) / n - chance) / (1 - chance);
}

/** The pairs on which two judges differ, those first of which both are surest. */
export function worstDisagreements(
  aLabels: readonly Label[],
  bLabels: readonly Label[],
  count: number,
): Disagreement[] {
  const [sureA, sureB] = [sureness(aLabels), sureness(bLabels)];
  return align(aLabels, bLabels)
    .shared.filter(({ a, b }) => a.relevant !== b.relevant)
    .map(({ a, b }) => ({ a, b, strength: sureA(a) + sureB(b) }))
    .toSorted((x, y) => y.strength - x.strength || (pairKey(x.a) < pairKey(y.a) ? -1 : 1))
    .slice(0, count);
}

/** One text for a pair. */
export function pairKey({ problemId, traceId }: { problemId: string; traceId: string }): string {
  return JSON.stringify([problemId, traceId]);
}

function align(
  aLabels: readonly Label[],
  bLabels: readonly Label[],
): { shared: Omit<Both, 'weight'>[]; failed: number } {
  const ofB = new Map(bLabels.map((label) => [pairKey(label), label]));
  const shared: Omit<Both, 'weight'>[] = [];
  let failed = 0;
  for (const a of new Map(aLabels.map((label) => [pairKey(label), label])).values()) {
    const b = ofB.get(pairKey(a));
    if (!b) continue;
    if ('relevant' in a && 'relevant' in b) shared.push({ problemId: a.problemId, a, b });
    else failed++;
  }
  return { shared, failed };
}

/** Weighs each shared pair by how many of a's pairs with the same verdict it stands for. */
function weighted(shared: readonly Omit<Both, 'weight'>[], aLabels: readonly Label[]): Both[] {
  const count = (labels: readonly Label[], relevant: boolean) =>
    labels.filter((label) => 'relevant' in label && label.relevant === relevant).length;
  const ofA = shared.map(({ a }) => a);
  const weight = new Map([true, false].map((yes) => [yes, count(aLabels, yes) / count(ofA, yes)]));
  return shared.map((pair) => ({ ...pair, weight: weight.get(pair.a.relevant) ?? 1 }));
}

function tableOf(both: readonly Both[]): Confusion {
  const table: Confusion = { yesYes: 0, yesNo: 0, noYes: 0, noNo: 0 };
  for (const { a, b, weight } of both) {
    table[`${a.relevant ? 'yes' : 'no'}${b.relevant ? 'Yes' : 'No'}`] += weight;
  }
  return table;
}

function sumOf({ yesYes, yesNo, noYes, noNo }: Confusion): number {
  return yesYes + yesNo + noYes + noNo;
}

/** Percentiles of kappa over resampled queries, whose pairs stay together; null where too few resamples have one. */
function interval(both: readonly Both[], rng: Rng, resamples: number): Agreement['kappaCi95'] {
  const byQuery = new Map<string, Both[]>();
  for (const pair of both) byQuery.set(pair.problemId, [...(byQuery.get(pair.problemId) ?? []), pair]);
  const tables = [...byQuery.values()].map(tableOf);
  if (tables.length < 2) return null;
  const kappas: number[] = [];
  for (let i = 0; i < resamples; i++) {
    const sum: Confusion = { yesYes: 0, yesNo: 0, noYes: 0, noNo: 0 };
    for (let n = 0; n < tables.length; n++) {
      const drawn = rng.pick(tables);
      for (const cell of Object.keys(sum) as (keyof Confusion)[]) sum[cell] += drawn[cell];
    }
    const value = kappa(sum);
    if (value !== null) kappas.push(value);
  }
  if (kappas.length < resamples / 2) return null;
  kappas.sort((x, y) => x - y);
  const at = (share: number) => kappas[Math.round(share * (kappas.length - 1))] as number;
  return [at(0.025), at(0.975)];
}

/** How sure a judge is of a label: how far its score lies on the label's side of the mean, in standard deviations. */
function sureness(labels: readonly Label[]): (label: DecidedLabel) => number {
  const scores = labels.flatMap((label) => ('relevant' in label && label.score !== undefined ? [label.score] : []));
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const deviation = Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length);
  return ({ relevant, score }) => {
    if (score === undefined || !(deviation > 0)) return 0;
    return ((relevant ? 1 : -1) * (score - mean)) / deviation;
  };
}
