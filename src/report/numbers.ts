/** How numbers are written in tables. */
import type { Interval } from '../eval/index.js';

/** A share as per cent with one decimal: 0.861 -> `86.1`. */
export function percent(share: number): string {
  return (100 * share).toFixed(1);
}

/** `86.1 [80.2, 91.4]`, in per cent. */
export function percentWithInterval(mean: number, [low, high]: Interval): string {
  return `${percent(mean)} [${percent(low)}, ${percent(high)}]`;
}

/** `+12.0 [+4.4, +19.6]`, in points. */
export function pointsWithInterval(mean: number, [low, high]: Interval): string {
  return `${points(mean)} [${points(low)}, ${points(high)}]`;
}

/** A difference of shares in points, with its sign: `+12.0`. */
export function points(share: number): string {
  const text = percent(share);
  return share > 0 && text !== '0.0' ? `+${text}` : text.replace(/^-0\.0$/, '0.0');
}
