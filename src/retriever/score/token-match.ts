/** Why a document has its score: for every token of the query the token of the document that is nearest to it. */

/** The best partner of one query token. */
export interface TokenMatch {
  /** Among the document's tokens, from 0. */
  documentToken: number;
  /** Cosine of the two. */
  similarity: number;
}

/** `query` [Tq, dim] and `document` [Td, dim], both flat; ties go to the earlier token. Empty where the document is. */
export function matchTokens(query: Float32Array, document: Float32Array, dim: number): TokenMatch[] {
  const matches: TokenMatch[] = [];
  if (document.length === 0) return matches;
  for (let i = 0; i < query.length; i += dim) {
    const best: TokenMatch = { documentToken: 0, similarity: -Infinity };
    for (let j = 0; j < document.length; j += dim) {
      let dot = 0;
      for (let d = 0; d < dim; d++) dot += (query[i + d] as number) * (document[j + d] as number);
      if (dot > best.similarity) [best.documentToken, best.similarity] = [j / dim, dot];
    }
    matches.push(best);
  }
  return matches;
}

/** One unit vector for a text: the mean of its token vectors. Zeros where it has none. */
export function meanVector(vectors: Float32Array, dim: number): Float32Array {
  const mean = new Float32Array(dim);
  for (let i = 0; i < vectors.length; i++) mean[i % dim]! += vectors[i] as number;
  const norm = Math.hypot(...mean);
  return norm === 0 ? mean : mean.map((value) => value / norm);
}

export function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
}
