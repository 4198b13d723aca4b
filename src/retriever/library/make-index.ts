/** Which index a set of encoded traces is searched with. */
import type { Scorer } from '../encode/net/port.js';
import { joinTexts } from '../encode/token-vectors.js';
import type { TextEncoder, TrainableEncoder } from '../encode/types.js';
import { ExactIndex } from '../index/exact-index.js';
import { ExactSearch } from '../index/exact-search.js';

/** MaxSim with every trace: in the thread of an encoder that has one, else in this thread. */
export async function exactIndexOf(encoder: TextEncoder, threads?: number): Promise<ExactIndex> {
  const { dim, scoring } = encoder.info;
  const own = (encoder as Partial<TrainableEncoder>).scorer;
  if (own) return new ExactIndex(own, dim, () => own.setDocuments(joinTexts([], dim)));
  const search = await ExactSearch.create(dim, scoring, threads);
  const scorer: Scorer = {
    setDocuments: (documents) => Promise.resolve(search.setDocuments(documents)),
    score: (queries) => search.score(queries),
  };
  return new ExactIndex(scorer, dim, () => search.dispose());
}
