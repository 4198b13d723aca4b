/** Long texts in parts: overlapping windows over tokens that end where lines end, where a line ends near. */

/** Share of a window that the next one has too, so that what stands at an end is read with what is around it. */
const OVERLAP = 1 / 8;
/** Share of a window that may stay empty for it to end with a line. */
const SLACK = 1 / 4;

export interface Windows {
  /** Tokens `from` (inclusive) to `to` (exclusive) of each. */
  windows: [from: number, to: number][];
  /** Whether tokens at the end are in none of them. */
  isCut: boolean;
}

/**
 * Windows of at most `room` tokens over `length` tokens, `most` of them at most; `lineStarts` are tokens that lines begin with, in order.
 * The last one is at least half full: a few left-over tokens alone mean little, least of all as one vector.
 */
export function windowsOf(
  length: number,
  { room, most, lineStarts }: { room: number; most: number; lineStarts: readonly number[] },
): Windows {
  const overlap = Math.floor(room * OVERLAP);
  const half = Math.ceil(room / 2);
  const windows: Windows['windows'] = [];
  for (let start = 0; windows.length < most;) {
    const full = start + room;
    if (full >= length) {
      windows.push([start, length]);
      return { windows, isCut: false };
    }
    // Nothing comes behind the last one that could hold what it leaves out.
    const least = windows.length === most - 1 ? full : full - Math.floor(room * SLACK);
    const end = lineStarts.findLast((at) => at >= least && at <= full) ?? full;
    windows.push([start, end]);
    const latest = Math.min(end - overlap, length - half);
    start = lineStarts.find((at) => at >= latest && at < latest + overlap) ?? latest;
  }
  return { windows, isCut: true };
}

/** A text line by line, each with its end; lines without text belong to the line before them. */
export function linesOf(text: string): string[] {
  return text.split(/(?<=\n)(?=[^\n])/);
}
