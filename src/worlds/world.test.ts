import { describe, expect, it } from 'vitest';
import { RaRftError } from '../core/errors.js';
import { fairness, firstHitShares } from './fairness.js';
import type { Draft } from './problems.js';
import { houseRules, MAX_HOUSE_RULES, textbookRules } from './rules.js';
import { Rng } from '../core/rng.js';
import { STRATEGIES } from './strategies.js';
import { cutTokens } from './tokenizer.js';
import { ALIASES, NAMES, TOPICS } from './words.js';
import { makeWorld, WORLD_DEFAULTS } from './world.js';

const world = makeWorld({ seed: 1 });

/** Plain BM25 (k1 1.2, b 0.75) over question and trace: the index of the best trace of each query. */
function bm25First(queries: readonly Draft[], corpus: readonly Draft[]): number[] {
  const words = (text: string): string[] => cutTokens(text.toLowerCase()).filter((w) => /\w/.test(w));
  const documents = corpus.map((d) => words(`${d.question} ${d.solution}`));
  const average = documents.reduce((sum, d) => sum + d.length, 0) / documents.length;
  const frequency = new Map<string, number>();
  for (const document of documents) for (const w of new Set(document)) frequency.set(w, (frequency.get(w) ?? 0) + 1);
  const idf = (w: string): number => {
    const n = frequency.get(w) ?? 0;
    return Math.log(1 + (documents.length - n + 0.5) / (n + 0.5));
  };
  return queries.map((query) => {
    const scores = documents.map((document) =>
      words(query.question).reduce((score, w) => {
        const tf = document.filter((x) => x === w).length;
        return score + (idf(w) * tf * 2.2) / (tf + 1.2 * (0.25 + (0.75 * document.length) / average));
      }, 0),
    );
    return scores.indexOf(Math.max(...scores));
  });
}

describe('makeWorld', () => {
  it('is the same for the same seed and another for another', () => {
    expect(makeWorld({ seed: 1 })).toEqual(world);
    expect(makeWorld({ seed: 2 }).problems[0]).not.toEqual(world.problems[0]);
  });

  it('has the sizes asked for', () => {
    expect(world.problems).toHaveLength(WORLD_DEFAULTS.trainProblems);
    expect(world.corpus).toHaveLength((8 + 12 + 12 + STRATEGIES.length) * 6);
    const count = (split: string): number => world.tests.filter((p) => p.split === split).length;
    expect([count('seen'), count('unseen'), count('easy')]).toEqual([100, 100, 50]);
    expect(makeWorld({ seed: 1, trainProblems: 10, seenTests: 0, unseenTests: 1, easyTests: 0 }).tests).toHaveLength(1);
  });

  it('repeats no question anywhere, and no id', () => {
    const all = [...world.problems, ...world.corpus, ...world.tests];
    expect(new Set(all.map((p) => p.question)).size).toBe(all.length);
    expect(new Set(all.map((p) => p.id)).size).toBe(all.length);
  });

  it('keeps unseen rules out of training and in the corpus', () => {
    const unseen = new Set(world.rules.filter((r) => r.kind === 'unseen').map((r) => r.id));
    expect(unseen.size).toBe(12);
    expect(world.problems.filter((p) => unseen.has(p.truth!) || p.split === 'unseen')).toEqual([]);
    const traces = world.corpus.filter((t) => unseen.has(t.truth!));
    expect(traces).toHaveLength(72);
    expect(new Set(traces.map((t) => `${t.split} ${t.type}`))).toEqual(new Set(['unseen house-rule']));
  });

  it('gives every problem a solution that ends in its answer', () => {
    for (const p of [...world.problems, ...world.tests]) expect(p.solution).toContain(`Answer \\boxed{${p.answer}}`);
  });

  it('names the rule in a house problem and says nothing of its strategy', () => {
    const spoken = /\b(add|sum|join|include|append|subtract|multiply|scale|first|last|front|back)\b/i;
    for (const draft of world.drafts.tests.filter((d) => d.rule)) {
      expect(draft.question).toContain(draft.alias);
      expect(draft.question).not.toMatch(spoken);
    }
  });

  it('refuses numbers that no world can have', () => {
    const where = (options: Parameters<typeof makeWorld>[0]): unknown => {
      try {
        makeWorld(options);
      } catch (error) {
        return error instanceof RaRftError ? (error.where ?? error.code) : error;
      }
      return undefined;
    };
    expect(where({ seenRules: 0 })).toBe('data.world.seenRules');
    expect(where({ unseenRules: 0 })).toBe('data.world.unseenRules');
    expect(where({ trainProblems: 1.5 })).toBe('data.world.trainProblems');
    expect(where({ unseenRules: MAX_HOUSE_RULES })).toBe('config');
  });
});

describe('independence', () => {
  const large = makeWorld({ seed: 3, trainProblems: 6600 }).drafts.problems;

  /** Pearson's chi-squared of a table of counts, over its degrees of freedom: about 1 where rows and columns are independent. */
  function chiSquaredPerDegree(pairs: readonly (readonly [string, string])[]): number {
    const count = (keys: readonly string[]): Map<string, number> => {
      const out = new Map<string, number>();
      for (const k of keys) out.set(k, (out.get(k) ?? 0) + 1);
      return out;
    };
    const rows = count(pairs.map(([r]) => r));
    const columns = count(pairs.map(([, c]) => c));
    const cells = count(pairs.map((pair) => pair.join('|')));
    let sum = 0;
    for (const [r, nr] of rows) {
      for (const [c, nc] of columns) {
        const expected = (nr * nc) / pairs.length;
        sum += ((cells.get(`${r}|${c}`) ?? 0) - expected) ** 2 / expected;
      }
    }
    return sum / ((rows.size - 1) * (columns.size - 1));
  }

  it.each<[string, (d: Draft) => string]>([
    ['topic', (d) => String(d.surface.topic)],
    ['name', (d) => d.surface.name],
    ['sentence form', (d) => `${d.surface.body}${d.surface.ending}`],
    ['first number', (d) => String(d.triple[0])],
    ['third number', (d) => String(d.triple[2])],
  ])('%s says nothing of the strategy', (_name, surface) => {
    expect(chiSquaredPerDegree(large.map((d) => [d.strategy.id, surface(d)] as const))).toBeLessThan(1.35);
  });

  it('would notice a dependence', () => {
    expect(chiSquaredPerDegree(large.map((d) => [d.strategy.id, d.strategy.order] as const))).toBeGreaterThan(10);
  });
});

describe('fairness', () => {
  const queries = world.drafts.tests.filter((d) => d.rule && d.rule.kind !== 'textbook');
  const corpus = world.drafts.corpus;

  it('seldom offers a trace with both the topic and the rule of a query', () => {
    const figures = fairness(queries, corpus);
    expect(figures.queries).toBe(200);
    expect(figures.sameTopicAndRule).toBeGreaterThan(0.2);
    expect(figures.sameTopicAndRule).toBeLessThan(0.45);
    expect(figures.sameAlias).toBeGreaterThan(0.35);
    expect(figures.sameAlias).toBeLessThan(0.65);
    expect(figures.sameAnswer).toBeLessThan(0.12);
  });

  it('lets BM25 find the topic and not the rule', () => {
    const hits = bm25First(queries, corpus).map((i) => corpus[i]!);
    const { sameTopic, sameRule } = firstHitShares(queries, hits);
    expect(sameTopic).toBeGreaterThan(0.9);
    expect(sameRule).toBeLessThan(0.15);
  });

  it('counts shares by hand', () => {
    const [a, b] = [corpus[0]!, corpus.find((d) => d.surface.topic !== corpus[0]!.surface.topic)!];
    expect(firstHitShares([a, a], [a, b]).sameTopic).toBe(0.5);
    expect(fairness([], corpus).sameTopic).toBe(0);
  });
});

describe('rules and words', () => {
  it('gives textbook rules the same meaning in every world', () => {
    const meaning = (seed: number): string[] =>
      makeWorld({ seed, trainProblems: 1 })
        .rules.filter((r) => r.kind === 'textbook')
        .map((r) => `${r.aliases.join()} ${r.strategy.id}`);
    expect(meaning(1)).toEqual(meaning(9));
    expect(textbookRules()).toHaveLength(8);
  });

  it('uses every strategy among the rules of a kind before any twice', () => {
    const rules = houseRules(Rng.fromSeed(5), { seen: 12, unseen: 12 });
    for (const kind of ['seen', 'unseen']) {
      const ids = rules.filter((r) => r.kind === kind).map((r) => r.strategy.id);
      expect(new Set(ids).size).toBe(11);
    }
    const aliases = [...rules, ...textbookRules()].flatMap((r) => r.aliases);
    expect(new Set(aliases).size).toBe(64);
  });

  it('lets no word serve two purposes', () => {
    const words = [...ALIASES, ...NAMES, ...TOPICS.flatMap(({ place, verb, items }) => [place, verb, ...items])];
    expect(new Set(words).size).toBe(words.length);
  });
});
