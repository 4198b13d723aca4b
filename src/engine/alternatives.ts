/** Alternatives to the tokens of responses: how many there are, and the rows of several responses put one after the other. */

/** How the alternatives of a call are given. */
export interface AlternativesShape {
  /** `given`: by id; `all`: the whole vocabulary in order. */
  kind: 'given' | 'all';
  /** Alternatives to each token (k); 0 where there are none. */
  perToken: number;
}

/** A response, and the alternatives to its tokens where it has some. */
export interface WithAlternatives {
  tokens: ArrayLike<number>;
  alternatives?: { ids?: ArrayLike<number>; slopes: ArrayLike<number> };
}

/** Of a response with tokens. */
export function alternativesShape({ tokens, alternatives }: WithAlternatives): AlternativesShape {
  if (!alternatives) return { kind: 'given', perToken: 0 };
  const { ids, slopes } = alternatives;
  return { kind: ids ? 'given' : 'all', perToken: slopes.length / tokens.length };
}

/** That of the first response with tokens, which is that of all responses of a checked call; undefined where none has alternatives. */
export function shapeOfCall(responses: readonly WithAlternatives[]): AlternativesShape | undefined {
  const first = responses.find(({ tokens }) => tokens.length > 0);
  const shape = first && alternativesShape(first);
  return shape && shape.perToken > 0 ? shape : undefined;
}

/** The numbers of all parts in a row. */
export function joined<T extends Float32Array | Int32Array>(parts: readonly T[], Type: new (length: number) => T): T {
  const out = new Type(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
