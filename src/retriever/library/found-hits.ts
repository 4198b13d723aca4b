/** What is told of the hits of one question: those that differ, and which of their tokens match it. */
import { RaRftError } from '../../core/errors.js';
import type { TokenVectors } from '../encode/token-vectors.js';
import type { TextMatch, WordMatcher } from '../encode/word-matches.js';
import type { Scored } from '../index/types.js';
import { choose } from '../score/choose.js';
import { goesByVectors } from '../score/diversity.js';
import type { FindOptions, FoundTrace, TraceInput, WordMatch } from './types.js';

/** A question as it was searched with. */
export interface AskedVectors {
  text: string;
  vectors: Float32Array;
}

/** What is known of the traces that are searched. */
export interface SearchedTraces {
  dim: number;
  inputOf: (id: string) => TraceInput;
  /** What a trace is searched by. */
  documentOf: (id: string) => string;
  vectorsOf: (ids: readonly string[]) => Promise<TokenVectors[]>;
}

/** `words` where it is asked which tokens match. */
type Choice = Pick<FindOptions, 'diversity'> & { k: number; words?: WordMatcher | undefined };

/**
 * `scored` is best first, and holds more than `k` where hits have to differ: see `poolOf`. Throws `usage` where matching tokens are asked
 * for and the encoder gives one vector a text.
 */
export async function foundHits(
  question: AskedVectors,
  scored: readonly Scored[],
  { k, diversity, words }: Choice,
  { dim, inputOf, documentOf, vectorsOf }: SearchedTraces,
): Promise<FoundTrace[]> {
  const ids = scored.map(({ id }) => id);
  const looksAtVectors = words !== undefined || (diversity !== undefined && goesByVectors(diversity));
  const chunks = looksAtVectors ? await vectorsOf(ids) : [];
  const chunksOf = new Map(ids.map((id, i) => [id, chunks[i]]));
  const facts = {
    dim,
    vectorsOf: (id: string) => chunksOf.get(id)?.vectors ?? new Float32Array(0),
    fieldOf: (id: string, name: string) => inputOf(id)[name],
  };
  const hits = diversity ? choose(scored, k, diversity, facts) : scored;
  return hits.map(({ id, score }, i) => ({
    id,
    score,
    rank: i + 1,
    trace: inputOf(id),
    ...(words && {
      matches: pairsOf(words.match(question.text, question.vectors, documentOf(id), chunksOf.get(id)!)),
    }),
  }));
}

/** Each token of the question beside the one that it meets. */
function pairsOf(match: TextMatch | undefined): WordMatch[] {
  if (!match) {
    throw new RaRftError({
      code: 'usage',
      message: 'this encoder gives one vector for a whole text, so no tokens match',
      where: 'matches',
      expected: 'an encoder with one vector a token (head: late-interaction)',
    });
  }
  const { query, document, chunk, matches } = match;
  return matches.map(({ documentToken, similarity }, i) => ({
    query: query[i] as string,
    document: document[documentToken] as string,
    chunk,
    documentToken,
    similarity,
  }));
}
