/** Which name was meant: for errors about names that are not there. */
import { distance } from 'fastest-levenshtein';

/** The nearest of some names, or undefined where none is near: at most a third of the letters differ, or two swapped ones. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  const lower = name.toLowerCase();
  const scored = names.map((candidate) => ({ candidate, d: distance(lower, candidate.toLowerCase()) }));
  const best = scored.toSorted((a, b) => a.d - b.d)[0];
  if (!best) return undefined;
  const near =
    best.d <= Math.max(name.length >= 4 ? 2 : 1, Math.floor(Math.max(name.length, best.candidate.length) / 3));
  const part = lower.length >= 3 ? names.find((candidate) => candidate.toLowerCase().startsWith(lower)) : undefined;
  return near ? best.candidate : part;
}
