/** Which tokens of a response were copied: runs of tokens that stand in a trace of its prompt, too. Pure. */

/** Tokens `from` up to and without `to` of a response. */
export interface CopiedRun {
  from: number;
  to: number;
}

/** Shorter runs come about by chance: "The answer is" stands everywhere. */
const SHORTEST = 4;

/**
 * The longest runs of at least `shortest` tokens that stand in any of the sources, in their order in the response. They do not overlap:
 * the longest is taken first (of equal ones the first), then the longest of what is left.
 */
export function copiedRuns(
  response: ArrayLike<number>,
  sources: readonly ArrayLike<number>[],
  shortest = SHORTEST,
): CopiedRun[] {
  const longest = longestFrom(response, sources);
  const runs: CopiedRun[] = [];
  const search = (from: number, to: number): void => {
    let best: CopiedRun = { from, to: from };
    for (let at = from; at < to; at++) {
      const end = Math.min(to, at + (longest[at] as number));
      if (end - at > best.to - best.from) best = { from: at, to: end };
    }
    if (best.to - best.from < Math.max(1, shortest)) return;
    search(from, best.from);
    runs.push(best);
    search(best.to, to);
  };
  search(0, response.length);
  return runs;
}

/** For each place of the response, how many tokens from there on stand in one of the sources in a row. */
function longestFrom(response: ArrayLike<number>, sources: readonly ArrayLike<number>[]): Uint32Array {
  const longest = new Uint32Array(response.length);
  for (const source of sources) {
    // For every place of the source; going through it in order, the next place still says what the token behind this one found.
    const row = new Uint32Array(source.length + 1);
    for (let at = response.length - 1; at >= 0; at--) {
      for (let place = 0; place < source.length; place++) {
        const length = source[place] === response[at] ? (row[place + 1] as number) + 1 : 0;
        row[place] = length;
        if (length > (longest[at] as number)) longest[at] = length;
      }
    }
  }
  return longest;
}
