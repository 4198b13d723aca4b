import { describe, expect, it } from 'vitest';
import { configSchema } from '../config/schema.js';
import { BM25_DEFAULTS } from './bm25.js';
import { ENCODER_DEFAULTS } from './create.js';
import { bm25OptionsOf, encoderShapeOf, specOf, trainOptionsOf } from './from-config.js';
import { SPEC_DEFAULTS } from './spec.js';

const section = (changes: object = {}) => configSchema.parse({ retriever: changes }).retriever;

describe('the retriever section', () => {
  it('has the defaults of the parts', () => {
    expect(specOf(section())).toEqual(SPEC_DEFAULTS);
    expect(encoderShapeOf(section())).toEqual({ ...ENCODER_DEFAULTS, maxTokens: 256 });
    expect(bm25OptionsOf(section())).toEqual(BM25_DEFAULTS);
  });

  it('gives every key to some part', () => {
    const changed = section({
      head: 'single-vector',
      dim: 7,
      hidden: 12,
      convWidth: 5,
      layers: 2,
      transformerLayers: 3,
      heads: 1,
      trainEmbeddings: true,
      document: 'trace',
      queryPrefix: 'q',
      documentPrefix: 'd',
      scoring: 'sum',
      temperature: 0.1,
      steps: 95,
      batchSize: 4,
      learningRate: 0.5,
      warmupShare: 0.3,
      weightDecay: 0.2,
      maxGradNorm: 2,
      tokenDropout: 0.25,
      validationShare: 0.4,
      testShare: 0.3,
      maxQueryTokens: 9,
      maxDocumentTokens: 8,
      bm25: { k1: 2, b: 0.5 },
    });
    const parts = {
      ...specOf(changed),
      ...encoderShapeOf(changed),
      ...trainOptionsOf(changed, 6),
      ...bm25OptionsOf(changed),
    };
    // The temperature goes to the encoder's setup as it is, the shares to splitQueries; the others are named as in the
    // configuration, or as here.
    const { layers, bm25, temperature: _, validationShare: _validation, testShare: _test, ...same } = changed;
    expect(parts).toMatchObject({ ...same, ...bm25, convLayers: layers, maxTokens: 9, evalEvery: 10, seed: 6 });
  });
});
