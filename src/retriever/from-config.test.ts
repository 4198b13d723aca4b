import { describe, expect, it } from 'vitest';
import { configSchema } from '../config/schema.js';
import { BM25_DEFAULTS } from './lexical/bm25.js';
import { ENCODER_DEFAULTS } from './encode/create.js';
import {
  anyBm25OptionsOf,
  encoderSettings,
  encoderShapeOf,
  hubOptionsOf,
  specOf,
  trainOptionsOf,
  type EncoderEntry,
} from './from-config.js';
import { resolveConfig } from '../config/resolve.js';
import { SPEC_DEFAULTS } from './encode/spec.js';

const section = (changes: object = {}) => configSchema.parse({ retriever: changes }).retriever;

describe('an encoder from a folder', () => {
  const entryOf = (own: object) => {
    const config = configSchema.parse({
      retriever: { dim: 9, scoring: 'sum', maxQueryTokens: 40, learningRate: 0.5 },
      retrievers: { mine: { kind: 'encoder', ...own } },
    });
    return { section: config.retriever, entry: config.retrievers['mine'] as EncoderEntry };
  };

  it('goes by its folder and by what its entry says, not by the section of small encoders', () => {
    const { section: shared, entry } = entryOf({ model: 'x', maxDocumentTokens: 700, frozenLayers: 2 });
    expect(hubOptionsOf(shared, entry, 3)).toEqual({
      head: undefined,
      dim: undefined,
      scoring: 'sum',
      text: 'question+trace',
      chunks: 4,
      queryText: 'question',
      prefix: { query: undefined, document: undefined },
      maxTokens: { query: undefined, document: 700 },
      trainEmbeddings: false,
      frozenLayers: 2,
      seed: 3,
    });
  });

  it('has a learning rate that does not undo what it knows', () => {
    const rate = (own: object) => {
      const { section: shared, entry } = entryOf(own);
      return encoderSettings(shared, entry).learningRate;
    };
    expect([rate({ model: 'x' }), rate({ model: 'x', learningRate: 1e-5 }), rate({})]).toEqual([3e-5, 1e-5, 0.5]);
  });
});

describe('the retriever section', () => {
  it('has the defaults of the parts', () => {
    expect(specOf(section({ chunks: 1 }))).toEqual(SPEC_DEFAULTS);
    expect(specOf(section())).toEqual({ ...SPEC_DEFAULTS, document: { ...SPEC_DEFAULTS.document, chunks: 4 } });
    expect(encoderShapeOf(section())).toEqual({ ...ENCODER_DEFAULTS, maxTokens: 256 });
    expect(anyBm25OptionsOf(configSchema.parse({}))).toEqual(BM25_DEFAULTS);
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
      query: 'question+attempt',
      queryPrefix: 'q',
      documentPrefix: 'd',
      scoring: 'sum',
      temperature: 0.1,
      loss: 'margin',
      gainTemperature: 0.7,
      contrastWeight: 0.4,
      inBatchPositives: 'train',
      negatives: 'judged',
      judgedPerQuery: 5,
      queryWeights: 'spread',
      nearDuplicate: 0.8,
      hardNegatives: 3,
      hardNegativesFromRank: 2,
      hardNegativesToRank: 20,
      hardNegativesMargin: 0.2,
      hardNegativesEverySteps: 11,
      microBatch: 8,
      checkpointEverySteps: 13,
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
      chunks: 3,
    });
    const parts = {
      ...specOf(changed),
      ...encoderShapeOf(changed),
      ...trainOptionsOf(changed, 6, 100),
    };
    // The temperature goes to the encoder's setup as it is, the shares to splitQueries, the folds to foldQueries; the others are
    // named as in the configuration, or as here.
    const {
      layers,
      temperature: _,
      validationShare: _validation,
      testShare: _test,
      crossFit: _folds,
      ...others
    } = changed;
    const {
      queryPrefix,
      documentPrefix,
      maxQueryTokens,
      maxDocumentTokens,
      document: text,
      query: asked,
      ...trained
    } = others;
    const {
      loss,
      gainTemperature,
      contrastWeight,
      checkpointEverySteps: checkpointEvery,
      epochs: _epochs,
      index: _index,
      chunks,
      ...counted
    } = trained;
    const { hardNegatives, hardNegativesFromRank: fromRank, hardNegativesToRank: toRank, ...most } = counted;
    const { hardNegativesMargin: margin, hardNegativesEverySteps: everySteps, ...same } = most;
    expect(parts).toMatchObject({
      ...same,
      text,
      queryText: asked,
      query: { prefix: queryPrefix, maxTokens: maxQueryTokens },
      document: { prefix: documentPrefix, maxTokens: maxDocumentTokens, chunks },
      convLayers: layers,
      maxTokens: 9,
      evalEvery: 10,
      seed: 6,
      loss: { kind: loss, gainTemperature, contrastWeight },
      hardNegatives: { perQuery: hardNegatives, fromRank, toRank, margin, everySteps },
      checkpointEvery,
    });
  });
});

describe('epochs', () => {
  it('are as many steps as it takes to see every query that often, what is left over dropped', () => {
    const of = (changes: object, queries: number) => trainOptionsOf(section(changes), 1, queries);
    expect(of({ epochs: 3, batchSize: 128 }, 700)).toMatchObject({ steps: 15, evalEvery: 2 });
    expect(of({ epochs: 3, batchSize: 128, steps: 7 }, 50)).toMatchObject({ steps: 3, evalEvery: 1 });
    expect(of({ steps: 7 }, 700)).toMatchObject({ steps: 7 });
  });

  it("are three in the paper's settings", () => {
    const { retriever } = resolveConfig({ preset: 'paper-retriever' });
    expect(trainOptionsOf(retriever, 1, 1280)).toMatchObject({
      steps: 30,
      batchSize: 128,
      learningRate: 3e-5,
      warmupShare: 0.1,
      weightDecay: 0.01,
    });
    expect(retriever.validationShare).toBe(0.05);
  });
});

describe('entries of the map', () => {
  const entry = (set: string[], name: string) => resolveConfig({ set }).retrievers[name];

  it('take from the section what they do not say themselves', () => {
    const changes = { dim: 7, steps: 90, head: 'late-interaction', document: 'trace' };
    const single = configSchema.parse({ retrievers: { s: { kind: 'encoder', head: 'single-vector', steps: 5 } } })
      .retrievers['s'];
    if (single?.kind !== 'encoder') throw new Error('no encoder');
    const settings = encoderSettings(section(changes), single);
    expect(settings).toMatchObject({ head: 'single-vector', steps: 5, dim: 7, document: 'trace' });
    expect(settings).not.toHaveProperty('trained');
    expect(settings).not.toHaveProperty('testShare');
  });

  it('leave BM25 its documents, whatever encoders index', () => {
    const options = (entry: object) =>
      anyBm25OptionsOf(
        configSchema.parse({ retriever: { document: 'trace' }, retrievers: { b: { kind: 'bm25', ...entry } } }),
      );
    expect(options({})).toEqual(BM25_DEFAULTS);
    expect(options({ k1: 2, b: 0, document: 'question' })).toEqual({ k1: 2, b: 0, document: 'question' });
  });

  it('stand beside the defaults; a key changes a default, another kind replaces it whole', () => {
    const names = Object.keys(resolveConfig().retrievers);
    const set = ['retrievers.mine={kind: random, sameType: false}'];
    expect(Object.keys(resolveConfig({ set }).retrievers)).toEqual([...names, 'mine']);
    expect(entry(['retrievers.bm25.k1=2'], 'bm25')).toEqual({
      kind: 'bm25',
      k1: 2,
      b: 0.75,
      document: 'question+trace',
    });
    expect(entry(['retrievers.single-vector={kind: oracle}'], 'single-vector')).toEqual({ kind: 'oracle' });
  });
});
