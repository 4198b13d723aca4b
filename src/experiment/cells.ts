/** How values of several runs or evaluations are written in tables. */
import { percent, percentWithInterval, pointsWithInterval } from '../report/numbers.js';
import type { Value } from './comparison.js';

/** A share in per cent, with its interval where there is one. */
export function valueCell(value: Value | undefined): string {
  if (value === undefined) return '';
  return value.ci95 ? percentWithInterval(value.mean, value.ci95) : percent(value.mean);
}

/** A difference in points with the problems behind it, and the seeds where `seeds` says so; empty without an interval. */
export function differenceCell(value: Value | undefined, { seeds = false } = {}): string {
  if (!value?.ci95) return '';
  const behind = `n ${value.problems}${seeds ? `, seeds ${value.seeds.length}` : ''}`;
  return `${pointsWithInterval(value.mean, value.ci95)} (${behind})`;
}
