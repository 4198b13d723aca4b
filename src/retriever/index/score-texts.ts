/** Exact scores of texts under an encoder, without an index. */
import { joinTexts } from '../encode/token-vectors.js';
import type { TrainableEncoder } from '../encode/types.js';
import { scoreDocuments } from './best-chunks.js';

/** Every question by every document, [Q * D] row by row. */
export async function scoreTexts(
  encoder: TrainableEncoder,
  questions: readonly string[],
  documents: readonly string[],
): Promise<Float32Array> {
  const { dim } = encoder.info;
  const { texts } = await encoder.encode(documents, 'document');
  const counts = texts.map(({ lengths }) => lengths.length);
  const score = await scoreDocuments(encoder.scorer, joinTexts(texts, dim), counts);
  return score(joinTexts((await encoder.encode(questions, 'query')).texts, dim));
}
