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

/** Seconds for people: `7.2 s`, `3 min 05 s`, `2 h 10 min`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const total = Math.round(seconds);
  const pad = (n: number) => String(n).padStart(2, '0');
  if (total < 3600) return `${Math.floor(total / 60)} min ${pad(total % 60)} s`;
  const minutes = Math.round(total / 60);
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
}
