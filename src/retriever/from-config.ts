/** The configuration's `retriever` section as the options of the parts; the only place that knows both. */
import type { Config } from '../config/schema.js';
import type { Bm25Options } from './bm25.js';
import type { EncoderShape } from './create.js';
import type { RetrieverSpec } from './spec.js';
import type { TrainOptions } from './train.js';

type Section = Config['retriever'];

/** Validations in a training. */
const VALIDATIONS = 10;

export function specOf(section: Section): RetrieverSpec {
  const { scoring, maxQueryTokens, maxDocumentTokens, queryPrefix, documentPrefix, document } = section;
  return { scoring, maxQueryTokens, maxDocumentTokens, queryPrefix, documentPrefix, document };
}

export function encoderShapeOf(section: Section): EncoderShape {
  const { head, dim, hidden, convWidth, layers, transformerLayers, heads, trainEmbeddings } = section;
  const maxTokens = Math.max(section.maxQueryTokens, section.maxDocumentTokens);
  return { head, dim, hidden, convWidth, convLayers: layers, transformerLayers, heads, trainEmbeddings, maxTokens };
}

export function trainOptionsOf(section: Section, seed: number): TrainOptions {
  const { steps, batchSize, learningRate, warmupShare, weightDecay, maxGradNorm, tokenDropout } = section;
  const evalEvery = Math.max(1, Math.ceil(steps / VALIDATIONS));
  return {
    steps,
    batchSize,
    learningRate,
    warmupShare,
    weightDecay,
    maxGradNorm,
    evalEvery,
    inBatchPositives: 'mask',
    tokenDropout,
    seed,
  };
}

export function bm25OptionsOf({ bm25, document }: Section): Bm25Options {
  return { ...bm25, document };
}
