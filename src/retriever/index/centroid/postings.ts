/** Inverted lists: for each centroid the chunks that have a token near it, each chunk once. */

/** The centroid of each token of a segment, and the tokens of each of its chunks. */
export interface SegmentCodes {
  codes: Uint16Array;
  lengths: readonly number[];
}

export interface Postings {
  /** Where the list of each centroid begins in `chunks`, and the end of the last. */
  starts: Uint32Array;
  chunks: Uint32Array;
}

/** Lists of the chunks of segments; the first of them has the number `firstChunk`. */
export function makePostings(segments: readonly SegmentCodes[], firstChunk: number, centroids: number): Postings {
  const starts = new Uint32Array(centroids + 1);
  eachPosting(segments, centroids, (code) => {
    starts[code + 1] = (starts[code + 1] as number) + 1;
  });
  for (let c = 0; c < centroids; c++) starts[c + 1] = (starts[c + 1] as number) + (starts[c] as number);
  const chunks = new Uint32Array(starts[centroids] as number);
  const next = starts.slice();
  eachPosting(segments, centroids, (code, chunk) => {
    const at = next[code] as number;
    chunks[at] = firstChunk + chunk;
    next[code] = at + 1;
  });
  return { starts, chunks };
}

function eachPosting(
  segments: readonly SegmentCodes[],
  centroids: number,
  visit: (code: number, chunk: number) => void,
): void {
  const last = new Int32Array(centroids).fill(-1);
  let chunk = 0;
  for (const { codes, lengths } of segments) {
    let at = 0;
    for (const length of lengths) {
      for (const end = at + length; at < end; at++) {
        const code = codes[at] as number;
        if (last[code] === chunk) continue;
        last[code] = chunk;
        visit(code, chunk);
      }
      chunk++;
    }
  }
}
