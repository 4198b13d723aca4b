import { describe, expect, it } from 'vitest';
import { resolveConfig } from './resolve.js';

function refusal(...set: string[]) {
  try {
    resolveConfig({ set });
  } catch (error) {
    const { code, message, expected, hint } = error as {
      code: string;
      message: string;
      expected?: string;
      hint?: string;
    };
    return { code, message, expected, hint };
  }
  return undefined;
}

describe('names of retrievers', () => {
  it('that are not there are refused with all of them and the nearest', () => {
    const found = refusal('arms=[{name: a, test: lerned}]');
    expect(found).toMatchObject({ code: 'config', hint: 'Did you mean learned?' });
    expect(found?.message).toContain('arms[0].test is "lerned"');
    expect(found?.expected).toMatch(/^none, hint, fixed, learned, bm25, .*single-vector-untrained$/);
    expect(refusal('arms=[{name: a, train: toString}]')?.message).toContain('names no retriever');
  });

  it('are any that the map has', () => {
    expect(refusal('retrievers.mine={kind: bm25}', 'arms=[{name: a, train: mine, test: mine}]')).toBeUndefined();
    expect(refusal('retrievers.none={kind: bm25}')?.message).toContain('means something else');
    expect(refusal('retrievers={"../x": {kind: bm25}}')?.message).toContain('no name');
  });
});

describe('entries', () => {
  it('have a kind, and the keys of that kind alone', () => {
    expect(refusal('retrievers.mine={k1: 2}')).toMatchObject({
      message: 'retrievers.mine.kind is missing',
      expected: 'encoder, bm25, rerank, fuse, embeddings, random, oracle',
    });
    expect(refusal('retrievers.mine={kind: encodr}')).toMatchObject({ hint: 'Did you mean encoder?' });
    expect(refusal('retrievers.mine={kind: bm25, k2: 2}')).toMatchObject({
      message: 'unknown key retrievers.mine.k2',
      expected: 'kind, k1, b, diversity, document',
      hint: 'Did you mean retrievers.mine.k1?',
    });
    expect(refusal('retrievers.mine={kind: oracle, head: single-vector}')?.message).toContain('unknown key');
    expect(refusal('retrievers.mine={kind: encoder, dim: 0}')).toMatchObject({ expected: 'integer >= 1' });
    expect(refusal('retriever.bm25={k1: 2}')?.hint).toBe('Did you mean retrievers.bm25?');
  });

  it('may be the policy itself, with keys of its own', () => {
    const { retrievers } = resolveConfig({ set: ['retrievers.p={kind: encoder, policy: {}}'] });
    expect(retrievers.p).toMatchObject({ policy: { layer: 'quarter', train: 'lora' } });
    expect(refusal('retrievers.p={kind: encoder, frozenLayers: 2, policy: {layer: 3, train: full}}')).toBeUndefined();
    expect(refusal('retrievers.p={kind: encoder, model: ./x, policy: {}}')?.message).toBe(
      'retrievers.p names a model and takes the policy',
    );
    expect(refusal('retrievers.p={kind: encoder, policy: {layr: 3}}')).toMatchObject({
      message: 'unknown key retrievers.p.policy.layr',
      hint: 'Did you mean retrievers.p.policy.layer?',
    });
    expect(refusal('retrievers.p={kind: encoder, policy: {layer: 0}}')?.message).toContain('retrievers.p.policy.layer');
    expect(refusal('retrievers.p={kind: encoder, policy: {train: head}}')?.message).toContain('policy.train');
    expect(refusal('retriever.policy={}')?.message).toContain('unknown key retriever.policy');
    expect(refusal('retrievers.p={kind: bm25, policy: {}}')?.message).toContain('unknown key');
  });

  it('mine hard negatives only for a loss that has negatives, from ranks that are there', () => {
    expect(refusal('retriever.hardNegatives=2')).toBeUndefined();
    expect(refusal('retriever.loss=kl', 'retriever.hardNegatives=2')).toMatchObject({
      expected: '0, or loss: infonce',
    });
    const own = 'retrievers.mine={kind: encoder, loss: margin}';
    expect(refusal(own)).toBeUndefined();
    expect(refusal(own, 'retriever.hardNegatives=2')?.message).toContain('retrievers.mine.hardNegatives is 2');
    const ranks = ['retriever.hardNegativesFromRank=9', 'retriever.hardNegativesToRank=8'];
    expect(refusal(...ranks)).toBeUndefined();
    expect(refusal('retriever.hardNegatives=2', ...ranks)).toMatchObject({ expected: 'at least 9' });
  });

  it('can be built, by what they say and what they inherit', () => {
    expect(refusal('retrievers.mine={kind: encoder, convWidth: 2}')?.message).toContain(
      'retrievers.mine.convWidth is 2',
    );
    expect(refusal('retriever.convWidth=2')?.message).toBe('retriever.convWidth is 2');
    const own = 'retrievers.mine={kind: encoder, heads: 5}';
    expect(refusal(own)).toBeUndefined();
    expect(refusal(own, 'retriever.transformerLayers=1')?.message).toContain('retrievers.mine.heads is 5');
  });
});

describe('databases of indexes', () => {
  const said = (server: string, more = '') => refusal(`retrievers.learned={server: ${server}${more}}`)?.message;

  it('have an address of their kind, without secrets, and strict keys', () => {
    expect(said('{kind: lancedb, url: s3://bucket/a}')).toBeUndefined();
    expect(said('{kind: next-plaid, url: http://localhost:8080, apiKeyEnv: PLAID_KEY}')).toBeUndefined();
    expect(said('{kind: next-plaid, url: folder}')).toContain('retrievers.learned.server.url is');
    expect(said('{kind: lancedb, url: https://host}')).toContain('retrievers.learned.server.url is https://host');
    expect(said('{kind: next-plaid, url: http://me:pw@host}')).toContain('user name or password');
    expect(said('{kind: lancedb, url: a, apiKeyEnv: KEY}')).toContain('retrievers.learned.server.apiKeyEnv');
    expect(said('{kind: qdrant, url: http://x}')).toContain('retrievers.learned.server.kind');
    expect(said('{kind: lancedb, url: a, shards: 2}')).toContain('shards');
    expect(said('{kind: lancedb, url: a}', ', index: exact')).toContain('retrievers.learned.index is exact');
  });
});
