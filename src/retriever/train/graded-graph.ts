/** The losses of graded labels inside a tensor graph; the reference, with the formulas, is graded.ts. */
import { add, exp, logSumExp, max, mul, square, sub, sum, type Tensor } from '../../tensor/index.js';
import { gradedRows, type GradedRow } from './graded.js';
import { NEVER, type LossTensors } from './infonce-graph.js';
import type { PairMasks } from './infonce.js';

/** Feeds of {@link gradedKlLoss}, each float32 [Q, D]. */
export const KL_FEEDS = ['target', 'entropy', 'measuredBias', 'measuredShare'] as const;
/** Feeds of {@link gradedMarginLoss}, each float32 [Q, D]. */
export const MARGIN_FEEDS = ['gain', 'scale', 'measured', 'measuredMean', 'measuredBias', 'measuredShare'] as const;

/** `target`: the share of the query times p; `entropy`: that times log p. */
export function klFeeds(masks: PairMasks, gainTemperature: number): Record<(typeof KL_FEEDS)[number], Float32Array> {
  const rows = gradedRows(masks, gainTemperature);
  const probabilities = rows.map(({ targets }) => {
    const top = targets.reduce((a, b) => Math.max(a, b));
    const total = targets.reduce((sum, target) => sum + Math.exp(target - top), 0);
    return targets.map((target) => Math.exp(target - top) / total);
  });
  const p = (r: number, c: number) => probabilities[r]![c]!;
  return {
    ...candidateFeeds(masks, rows),
    target: filled(masks, rows, 0, ({ share }, c, r) => share * p(r, c)),
    entropy: filled(masks, rows, 0, ({ share }, c, r) => (p(r, c) > 0 ? share * p(r, c) * Math.log(p(r, c)) : 0)),
  };
}

export function marginFeeds(
  masks: PairMasks,
  gainTemperature: number,
): Record<(typeof MARGIN_FEEDS)[number], Float32Array> {
  const rows = gradedRows(masks, gainTemperature);
  return {
    ...candidateFeeds(masks, rows),
    gain: filled(masks, rows, 0, ({ targets }, c) => targets[c]!),
    scale: filled(masks, rows, 0, ({ share, at }) => (share * 2) / (at.length - 1)),
    measured: filled(masks, rows, 0, () => 1),
    measuredMean: filled(masks, rows, 0, ({ at }) => 1 / at.length),
  };
}

/** KL from the softmax of gains to that of scores [Q, D]. */
export function gradedKlLoss(
  scores: Tensor,
  feeds: Readonly<Record<(typeof KL_FEEDS)[number], Tensor>>,
  temperature: number,
): LossTensors {
  const logits = mul(scores, 1 / temperature);
  const total = logSumExp(add(logits, feeds.measuredBias), 1, true);
  const loss = sum(add(mul(sub(total, logits), feeds.target), feeds.entropy));
  return { loss, meanMaxProbability: largest(logits, feeds) };
}

/** Margin-MSE over all pairs of measured candidates. */
export function gradedMarginLoss(
  scores: Tensor,
  feeds: Readonly<Record<(typeof MARGIN_FEEDS)[number], Tensor>>,
  temperature: number,
): LossTensors {
  const logits = mul(scores, 1 / temperature);
  const errors = mul(sub(logits, feeds.gain), feeds.measured);
  const around = sub(errors, sum(mul(errors, feeds.measuredMean), 1, true));
  return { loss: sum(mul(square(around), feeds.scale)), meanMaxProbability: largest(logits, feeds) };
}

function largest(logits: Tensor, feeds: { measuredBias: Tensor; measuredShare: Tensor }): Tensor {
  const candidates = add(logits, feeds.measuredBias);
  const probability = exp(sub(max(candidates, 1, true), logSumExp(candidates, 1, true)));
  return sum(mul(probability, feeds.measuredShare));
}

/** What both take to know the candidates: a bias that leaves others out, and shares that average over queries. */
function candidateFeeds(
  masks: PairMasks,
  rows: readonly GradedRow[],
): { measuredBias: Float32Array; measuredShare: Float32Array } {
  return {
    measuredBias: filled(masks, rows, NEVER, () => 0),
    measuredShare: filled(masks, rows, 0, ({ at }) => 1 / (rows.length * at.length)),
  };
}

/** [Q * D] with `of(row, candidate, place of the row)` at the candidates and `rest` elsewhere. */
function filled(
  { queries, documents }: PairMasks,
  rows: readonly GradedRow[],
  rest: number,
  of: (row: GradedRow, candidate: number, place: number) => number,
): Float32Array {
  const out = new Float32Array(queries * documents).fill(rest);
  rows.forEach((row, r) => row.at.forEach((i, c) => (out[i] = of(row, c, r))));
  return out;
}
