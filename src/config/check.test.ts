import { describe, expect, it } from 'vitest';
import { resolveConfig } from './resolve.js';

/** Where a configuration is refused, or undefined. */
function refusedAt(...set: string[]): string | undefined {
  try {
    resolveConfig({ set });
    return undefined;
  } catch (error) {
    expect(error).toMatchObject({ code: 'config' });
    return (error as Error).message;
  }
}

describe('labelled queries', () => {
  it('leave some to train on', () => {
    expect(refusedAt('retriever.validationShare=0.5', 'retriever.testShare=0.5')).toContain(
      'no labelled query to train',
    );
    expect(refusedAt('retriever.validationShare=0.5', 'retriever.testShare=0.4')).toBeUndefined();
  });

  it('have a validation share that was called otherwise once', () => {
    expect(refusedAt('retriever.heldOutShare=0.1')).toContain('unknown key retriever.heldOutShare');
    expect(() => resolveConfig({ set: ['retriever.heldOutShare=0.1'] })).toThrowError(
      expect.objectContaining({ hint: 'Did you mean retriever.validationShare?' }),
    );
  });
});

describe('candidates like the solution', () => {
  it('leave a random sample that measured gain is compared with', () => {
    expect(refusedAt('labels.likeSolution=8', 'labels.maxCandidates=8')).toContain('the mean over the others');
    expect(refusedAt('labels.likeSolution=6', 'labels.maxCandidates=8')).toBeUndefined();
    expect(
      refusedAt('labels.likeSolution=8', 'labels.maxCandidates=8', 'labels.judge=llm', 'llm.model=small'),
    ).toBeUndefined();
  });
});

describe('language models', () => {
  const judge = ['labels.judge=llm', 'llm.model=small'];

  it('need a name where they judge', () => {
    expect(refusedAt('labels.judge=llm')).toContain('llm.model');
    expect(refusedAt(...judge)).toBeUndefined();
  });

  it('need a price where money is limited', () => {
    expect(refusedAt(...judge, 'llm.maxUsd=5')).toContain('price of small');
    const price = 'llm.prices=[{model: small, inputUsd: 0, outputUsd: 0}]';
    expect(refusedAt(...judge, 'llm.maxUsd=5', price)).toBeUndefined();
  });

  it('have votes that can differ and cannot tie', () => {
    expect(refusedAt('labels.llm.votes=2')).toContain('votes');
    expect(refusedAt('labels.llm.votes=3')).toContain('temperature 0');
    expect(refusedAt('labels.llm.votes=3', 'labels.llm.temperature=0.7')).toBeUndefined();
  });

  it('take a budget only for a judge that decides single pairs at once', () => {
    const budget = 'labels.selection.pairs=budget';
    expect(refusedAt(...judge, budget)).toBeUndefined();
    expect(refusedAt('labels.judge=truth', budget)).toBeUndefined();
    expect(refusedAt('labels.judge=utility', budget)).toContain('only compares');
    expect(refusedAt(...judge, budget, 'labels.llm.candidatesPerCall=4')).toContain('candidatesPerCall');
    expect(refusedAt(...judge, budget, 'llm.batch=true')).toContain('llm.batch');
    expect(refusedAt(...judge, 'labels.llm.candidatesPerCall=4', 'llm.batch=true')).toBeUndefined();
  });

  it('stand behind an http address and a variable, not behind a key', () => {
    expect(refusedAt('llm.baseUrl=ftp://host/v1')).toContain('llm.baseUrl');
    expect(refusedAt('llm.apiKeyEnv=sk-123')).toContain('llm.apiKeyEnv');
    expect(refusedAt('llm.apiKeyEnv=null')).toBeUndefined();
  });
});
