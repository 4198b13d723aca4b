import { describe, expect, it } from 'vitest';
import { RaRftError } from '../core/errors.js';
import { generationKey, generationOf, rlSettingsOf } from './generation.js';
import { configWarnings, resolveConfig } from './resolve.js';

const hintOf = (set: string) => {
  try {
    resolveConfig({ set: [set] });
  } catch (error) {
    if (error instanceof RaRftError) return error.facts().hint;
  }
  throw new Error(`${set} was taken`);
};

describe('generationOf', () => {
  it('is the shared section, with what a use says itself', () => {
    const set = ['generation.maxTokens=9', 'generation.temperature=0.5', 'eval.generation={topK: 3, stop: []}'];
    const config = resolveConfig({ set: [...set, 'generation.stop=[x]', 'rl.generation.temperature=0.7'] });
    const shared = { maxTokens: 9, temperature: 0.5, topP: 1, topK: 0, stop: ['x'] };
    expect(generationOf(config, 'labels')).toEqual(shared);
    expect(generationOf(config, 'eval')).toEqual({ ...shared, topK: 3, stop: [] });
    expect(generationOf(config, 'rl')).toEqual({ ...shared, temperature: 0.7 });
    expect(rlSettingsOf(config)).toMatchObject({ steps: 100, maxTokens: 9, temperature: 0.7 });
    expect(rlSettingsOf(config)).not.toHaveProperty('generation');
    expect(generationKey(config, 'rl', 'temperature').join('.')).toBe('rl.generation.temperature');
    expect(generationKey(config, 'rl', 'maxTokens').join('.')).toBe('generation.maxTokens');
  });

  it('is strict in every place', () => {
    for (const place of ['generation', 'rl.generation', 'eval.generation', 'labels.generation']) {
      expect(hintOf(`${place}.maxToken=3`)).toBe(`Did you mean ${place}.maxTokens?`);
      expect(() => resolveConfig({ set: [`${place}.topP=0`] })).toThrow(`${place}.topP is 0`);
      expect(() => resolveConfig({ set: [`${place}.temperature=0`] })).toThrow(`${place}.temperature is 0`);
    }
  });
});

it.each([
  ['rl.maxTokens=3', 'generation.maxTokens'],
  ['rl.stop=[x]', 'generation.stop'],
  ['rl.temperature=0.7', 'rl.generation.temperature'],
  ['rl.topP=0.9', 'rl.generation.topP'],
  ['rl.topK=9', 'rl.generation.topK'],
  ['eval.temperature=0.7', 'eval.generation.temperature'],
])('%s, of earlier versions, is taken from there and told', (set, place) => {
  const [key, value] = set.split('=') as [string, string];
  const options = { preset: 'demo', set: [set] };
  const config = resolveConfig(options);
  expect(config).toEqual(resolveConfig({ preset: 'demo', set: [`${place}=${value}`] }));
  expect(configWarnings(options, config)).toContain(
    `${key} (--set ${set}) is now called ${place}; it was taken as that`,
  );
});

it('a key of earlier versions is refused beside its place of today, and judged where it stands', () => {
  expect(() => resolveConfig({ set: ['rl.maxTokens=3', 'generation.maxTokens=4'] })).toThrow(
    'unknown key rl.maxTokens',
  );
  expect(() => resolveConfig({ set: ['rl.maxTokens=0'] })).toThrow('generation.maxTokens is 0');
});
