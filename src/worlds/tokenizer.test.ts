import { Tokenizer } from '@huggingface/tokenizers';
import { describe, expect, it } from 'vitest';
import { Rng } from '../core/rng.js';
import { PRETRAINING_MIX, pretrainingRows, type PretrainingDocument } from './pretraining.js';
import { houseAliases, textbookRules } from './rules.js';
import { cutTokens, END_TOKEN, UNKNOWN_TOKEN, worldTokenizer, worldVocabulary } from './tokenizer.js';
import { makeWorld } from './world.js';

const { tokenizer: json, config, vocabulary } = worldTokenizer();
const tokenizer = new Tokenizer(json, config);
const encode = (text: string): string[] => tokenizer.tokenize(text);

function documents(n: number, mix = PRETRAINING_MIX): PretrainingDocument[] {
  const stream = pretrainingRows(Rng.fromSeed(4), mix);
  return Array.from({ length: n }, () => stream.next().value as PretrainingDocument);
}

describe('tokenizer', () => {
  it('cuts text as the library does', () => {
    const text = 'At the harbour, Ada: 9 nets? Answer \\boxed{33}\n\nProblem:';
    expect(encode(text)).toEqual(cutTokens(text));
    expect(encode(text)).toContain('\\boxed{');
    expect(encode(text)).toContain('33');
  });

  it('reads its own joined output back', () => {
    const text = 'Back 8 * 3 = 24. Then 24 + 9 = 33. Answer \\boxed{33}';
    const { ids } = tokenizer.encode(text);
    const decoded = tokenizer.decode(ids);
    expect(tokenizer.encode(decoded).ids).toEqual(ids);
    expect(decoded).toMatch(/\\boxed\{\s*33\s*\}$/);
  });

  it('has one id a token and no unknown one in any text of the world', () => {
    expect(new Set(vocabulary).size).toBe(vocabulary.length);
    const known = new Set(worldVocabulary());
    const world = makeWorld({ seed: 2 });
    const texts = [
      ...world.problems.map((p) => `${p.question} ${p.solution}`),
      ...world.corpus.map((t) => `${t.question} ${t.trace}`),
      ...world.tests.map((p) => `${p.question} ${p.solution}`),
      ...documents(500).map((d) => d.text),
    ];
    expect([...new Set(texts.flatMap(cutTokens))].filter((token) => !known.has(token))).toEqual([]);
  });

  it('turns other words into the unknown token and keeps the end token whole', () => {
    const unknown = vocabulary.indexOf(UNKNOWN_TOKEN);
    expect(tokenizer.encode('Ada juggles').ids).toEqual([vocabulary.indexOf('Ada'), unknown]);
    expect(tokenizer.encode(`Ada${END_TOKEN}`).ids).toEqual([vocabulary.indexOf('Ada'), vocabulary.indexOf(END_TOKEN)]);
  });
});

describe('pre-training text', () => {
  const many = documents(4000);
  const share = (kind: string): number => many.filter((d) => d.kind === kind).length / many.length;

  it('is seeded and mixes its kinds as told', () => {
    expect(documents(20)).toEqual(documents(20));
    expect(share('single')).toBeCloseTo(PRETRAINING_MIX.single, 1);
    expect(share('unrelated')).toBeCloseTo(PRETRAINING_MIX.unrelated, 1);
    expect(share('drill')).toBeCloseTo(PRETRAINING_MIX.drill, 1);
    expect(share('loose')).toBeCloseTo(PRETRAINING_MIX.loose, 1);
  });

  it('never shows the layout of a prompt with a retrieved trace', () => {
    for (const { kind, text } of many) {
      const fields = (word: string): number => text.split(`${word}:`).length - 1;
      expect([fields('Problem'), fields('Solution')]).toEqual(kind === 'single' ? [1, 1] : [0, 0]);
    }
  });

  it('heads drills, and drills only', () => {
    for (const { kind, text } of many) expect(text.startsWith('Drill')).toBe(kind === 'drill');
  });

  it('names one house alias twice in drills and loose sheets, at most once in single problems', () => {
    const house = new Set(houseAliases());
    const named = many.map(({ kind, text }) => ({ kind, aliases: cutTokens(text).filter((w) => house.has(w)) }));
    for (const { kind, aliases } of named) {
      expect(new Set(aliases).size).toBeLessThanOrEqual(1);
      if (kind === 'single') expect(aliases.length).toBeLessThanOrEqual(1);
      else expect(aliases).toHaveLength(kind === 'unrelated' ? 0 : 2);
    }
    const single = named.filter((d) => d.kind === 'single');
    const share = single.filter((d) => d.aliases.length === 1).length / single.length;
    expect(share).toBeCloseTo(PRETRAINING_MIX.singleHouse, 1);
  });

  it('gives a house alias of single problems no lasting meaning', () => {
    const house = new Set(houseAliases());
    const meanings = new Map<string, string[]>();
    for (const { kind, text } of many) {
      const alias = kind === 'single' ? cutTokens(text).find((w) => house.has(w)) : undefined;
      const program = /: ((?:Front|Back) .*)/.exec(text)![1]!.replace(/\d+/g, '#');
      if (alias !== undefined) meanings.set(alias, [...(meanings.get(alias) ?? []), program]);
    }
    // Some 5 single problems an alias: nearly as many meanings as problems.
    const all = [...meanings.values()];
    const distinct = all.reduce((sum, m) => sum + new Set(m).size, 0);
    expect(distinct / all.reduce((sum, m) => sum + m.length, 0)).toBeGreaterThan(0.7);
  });

  it('keeps the meaning of a rule in drills and seldom on loose sheets', () => {
    const program = (solution: string): string => solution.replace(/\d+/g, '#');
    const repeated = (kind: string): number => {
      const sheets = many.filter((d) => d.kind === kind);
      const same = sheets.filter(({ text }) => {
        const [first, second] = [...text.matchAll(/: ((?:Front|Back) .*)/g)].map((m) => program(m[1]!));
        return first === second;
      });
      return same.length / sheets.length;
    };
    expect(repeated('drill')).toBe(1);
    // Drawn anew, one meaning in eleven is the old one.
    expect(repeated('loose')).toBeCloseTo(PRETRAINING_MIX.repetition + (1 - PRETRAINING_MIX.repetition) / 11, 1);
  });

  it('shows every textbook alias and every house alias', () => {
    const words = new Set(many.flatMap((d) => cutTokens(d.text)));
    for (const alias of [...houseAliases(), ...textbookRules().flatMap((r) => r.aliases)])
      expect(words).toContain(alias);
  });
});
