import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../config/index.js';
import { armInput, armNames, needsOf } from './arms.js';
import { everything, grownArms, neededArms, selectionOf } from './matrix.js';
import { claimSpecs } from './claims.js';

describe('selectionOf', () => {
  it('takes numbers, names, lists and all; everything without a word', () => {
    expect(selectionOf([], [])).toEqual(everything);
    expect(selectionOf(['3', 'main'], [])).toEqual({ tables: [1, 3], figures: [] });
    expect(selectionOf(['4, 4,algorithms'], ['3'])).toEqual({ tables: [2, 4], figures: [3] });
    expect(selectionOf(['all'], [])).toEqual({ tables: [1, 2, 3, 4, 5], figures: [] });
    expect(selectionOf([], ['all'])).toEqual({ tables: [], figures: [3, 4] });
  });

  it('refuses others and says what there is', () => {
    expect(() => selectionOf(['6'], [])).toThrow(expect.objectContaining({ code: 'usage' }));
    expect(() => selectionOf([''], [])).toThrow(/--table/);
    expect(() => selectionOf([], ['5'])).toThrow(/--figure 5/);
  });
});

describe('neededArms', () => {
  it('holds the arms of the rows and the owners of their policies, each once, in the order in which they run', () => {
    expect(neededArms({ tables: [4], figures: [] })).toEqual([
      'grpo',
      'grpo-retrieval-at-test',
      'ra-rft',
      'ra-rft-no-trace-at-test',
    ]);
    expect(neededArms({ tables: [], figures: [3] })).toEqual(['grpo', 'ra-rft']);
    expect(neededArms({ tables: [5], figures: [] })).toEqual([]);
  });

  it('of everything are all arms that this version can run, and the schema takes them', () => {
    const arms = neededArms(everything);
    expect(arms).toEqual(armNames.filter((name) => needsOf(name) === undefined));
    const config = resolveConfig({ preset: 'quick', set: [`arms=${JSON.stringify(arms.map(armInput))}`] });
    expect(config.arms.map(({ name }) => name)).toEqual(arms);
  });

  it('gives every claim arms that a table or figure runs', () => {
    const arms = new Set(neededArms(everything));
    for (const { more, less } of claimSpecs) {
      for (const { arm } of [more, less]) expect(arms.has(arm) || needsOf(arm) !== undefined).toBe(true);
    }
  });
});

describe('grownArms', () => {
  it('keeps what is there and adds what is missing', () => {
    const kept = [{ name: 'ra-rft', train: 'learned' }];
    expect(grownArms(kept, ['grpo', 'ra-rft'])).toEqual([
      kept[0],
      { name: 'grpo', recipe: 'grpo', train: 'none', test: 'none' },
    ]);
  });
});
