/** The evaluation of one policy as a table: a row for each data file, with what an average alone does not show. */
import type { CurvePoint, PolicyScore } from '../eval/index.js';
import type { ReportTable } from './blocks.js';
import { percent, percentWithInterval } from './numbers.js';

/** Averages, pass@k and maj@k in per cent with 95 % intervals; the rest are counts of samples. */
export function policyTable(scores: readonly PolicyScore[]): ReportTable {
  const k = scores[0]?.k ?? 0;
  const best = k > 1;
  const numeric = (label: string) => ({ label, numeric: true });
  return {
    columns: [
      { label: 'data' },
      numeric('n'),
      numeric(`average@${k}`),
      ...(best ? [numeric(`pass@${k}`), numeric(`maj@${k}`)] : []),
      ...['samples', 'cut off', 'no answer', 'too costly', 'no verdict', 'not sampled', 'tokens'].map(numeric),
    ],
    rows: scores.map((score) => [
      score.split,
      String(score.n),
      percentWithInterval(score.average, score.ci95),
      ...(best ? [pointText(score.passAt[k - 1]), pointText(score.majAt[k - 1])] : []),
      String(score.responses.samples),
      countText(score.responses.cutOff, score.responses.samples),
      countText(score.responses.noAnswer, score.responses.samples),
      String(score.responses.tooCostly),
      String(score.responses.noVerdict),
      String(score.notSampled),
      score.responseTokens.toFixed(0),
    ]),
  };
}

function pointText(point: CurvePoint | undefined): string {
  return point ? percentWithInterval(point.mean, point.ci95) : '-';
}

/** `12 (1.5 %)` */
function countText(count: number, of: number): string {
  return count === 0 ? '0' : `${count} (${percent(count / of)} %)`;
}
