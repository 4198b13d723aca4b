/**
 * BM25 (Robertson and Zaragoza, 2009) over words and numbers, with the idf of Lucene, which is never negative:
 * idf(w) = ln(1 + (N - n_w + 0.5) / (n_w + 0.5)).
 */
import type { Trace } from '../../data/types.js';
import { optionsOf, RankedTraces } from '../score/ranking.js';
import { documentText, words, type DocumentText } from '../encode/text.js';
import type { Hit, Query, TraceRetriever, SearchOptions } from '../types.js';

export interface Bm25Options {
  /** How fast repeats of a word stop counting: 0 counts a word once however often it stands there. Usual: 1.2 to 2. */
  k1: number;
  /** How much long documents are marked down: 0 not at all, 1 in full proportion to their length. Usual: 0.75. */
  b: number;
  /** What of a trace is indexed. */
  document: DocumentText;
}

export const BM25_DEFAULTS: Bm25Options = { k1: 1.2, b: 0.75, document: 'question+trace' };

interface Posting {
  /** Document numbers, rising. */
  documents: number[];
  /** idf(w) * tf (k1 + 1) / (tf + k1 (1 - b + b length / mean length)) of each. */
  weights: number[];
}

/** A BM25 retriever over `traces`. A trace without a word of the query scores 0 and still fills up the hits. */
export class Bm25Retriever implements TraceRetriever {
  readonly name = 'bm25';
  private readonly ranked: RankedTraces;
  private readonly count: number;
  private readonly postings: ReadonlyMap<string, Posting>;

  constructor(traces: readonly Trace[], options: Partial<Bm25Options> = {}) {
    this.ranked = new RankedTraces(traces);
    this.count = traces.length;
    this.postings = buildPostings(traces, { ...BM25_DEFAULTS, ...options });
  }

  search(queries: readonly Query[], options: SearchOptions): Promise<Hit[][]> {
    return Promise.resolve(
      queries.map((query, q) => this.ranked.rank(query, this.scores(query.question), optionsOf(options, q))),
    );
  }

  /** Score of every trace, in the order of the corpus; a word that the query repeats counts each time. */
  scores(question: string): Float64Array {
    const scores = new Float64Array(this.count);
    for (const word of words(question)) {
      const posting = this.postings.get(word);
      if (!posting) continue;
      posting.documents.forEach((d, i) => {
        scores[d] = (scores[d] as number) + (posting.weights[i] as number);
      });
    }
    return scores;
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}

function buildPostings(traces: readonly Trace[], options: Bm25Options): Map<string, Posting> {
  const { k1, b, document } = options;
  const documents_D = traces.map((trace) => words(documentText(trace, document)));
  const meanLength = documents_D.reduce((n, d) => n + d.length, 0) / Math.max(1, documents_D.length);
  const postings = new Map<string, Posting>();
  documents_D.forEach((document_T, d) => {
    const lengthFactor = 1 - b + (b * document_T.length) / meanLength;
    for (const [word, count] of countWords(document_T)) {
      let posting = postings.get(word);
      if (!posting) postings.set(word, (posting = { documents: [], weights: [] }));
      posting.documents.push(d);
      posting.weights.push((count * (k1 + 1)) / (count + k1 * lengthFactor));
    }
  });
  for (const { documents, weights } of postings.values()) {
    const idf = Math.log(1 + (traces.length - documents.length + 0.5) / (documents.length + 0.5));
    weights.forEach((w, i) => (weights[i] = w * idf));
  }
  return postings;
}

function countWords(words_T: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words_T) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
