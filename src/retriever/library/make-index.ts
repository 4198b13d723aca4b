/** Which index a set of encoded traces is searched with. */
import type { Scorer } from '../encode/net/port.js';
import type { TextEncoder, TrainableEncoder } from '../encode/types.js';
import { ExactIndex } from '../index/exact-index.js';
import { ExactSearch } from '../index/exact-search.js';
import type { MakeIndex } from './encoded-traces.js';

/** MaxSim with every trace: in the thread of an encoder that has one, else in this thread. */
export function exactIndexOf(encoder: TextEncoder, threads?: number): MakeIndex {
  const own = (encoder as Partial<TrainableEncoder>).scorer;
  return async (ids, vectors) => {
    if (own) return ExactIndex.of(own, ids, vectors);
    const search = await ExactSearch.create(vectors.dim, encoder.info.scoring, threads);
    const scorer: Scorer = {
      setDocuments: (documents) => Promise.resolve(search.setDocuments(documents)),
      score: (queries) => search.score(queries),
    };
    const index = await ExactIndex.of(scorer, ids, vectors);
    return { search: (...of) => index.search(...of), dispose: () => search.dispose() };
  };
}
