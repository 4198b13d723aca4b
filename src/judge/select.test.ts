import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { Rng } from '../core/rng.js';
import type { Trace } from '../data/index.js';
import type { QueryCandidates } from './pairs.js';
import { candidatesOf, roundSizes, selectWithinBudget, type SelectionOptions } from './select.js';
import { chooseRound, firstSample } from './select-round.js';
import { judgeByTruth } from './truth.js';

/** Queries and traces of `rules` truths, `each` traces a truth; every query may meet every trace. */
function world(queries: number, rules: number, each: number): QueryCandidates[] {
  const truth = (i: number) => `rule-${i % rules}`;
  const candidates = Array.from({ length: rules * each }, (_, i): Trace => {
    return { id: `t${i}`, question: `t${i}`, trace: '', answer: '0', truth: truth(i) };
  });
  return Array.from({ length: queries }, (_, i) => ({
    problem: { id: `q${i}`, question: `q${i}`, answer: '1', solution: '', truth: truth(i) },
    candidates,
  }));
}

async function optionsOf(more: Partial<SelectionOptions> = {}): Promise<SelectionOptions> {
  return {
    share: 0.1,
    rounds: 3,
    firstShare: 0.4,
    randomShare: 0.2,
    temperature: 0.05,
    rng: Rng.fromSeed(1),
    judge: (queries) => Promise.resolve(judgeByTruth(queries)),
    score: () => Promise.resolve(undefined),
    path: join(await temporaryFolder(), 'chosen.jsonl'),
    ...more,
  };
}

describe('firstSample', () => {
  test('every query gets as many as every other, every trace is used equally often', () => {
    const queries = world(20, 5, 2);
    const choices = firstSample(queries, 60, Rng.fromSeed(1));
    const perQuery = queries.map((_, q) => choices.filter((c) => c.query === q).length);
    const perTrace = queries[0]!.candidates.map((_, t) => choices.filter((c) => c.candidate === t).length);
    expect(new Set(perQuery)).toEqual(new Set([3]));
    expect(Math.max(...perTrace) - Math.min(...perTrace)).toBeLessThanOrEqual(1);
    expect(new Set(choices.map((c) => `${c.query}/${c.candidate}`)).size).toBe(60);
  });

  test('takes all there is where the budget is larger', () => {
    expect(firstSample(world(3, 2, 1), 100, Rng.fromSeed(1))).toHaveLength(6);
  });
});

describe('chooseRound', () => {
  const options = { randomShare: 0, temperature: 1, rng: Rng.fromSeed(1) };

  test('by hand: three of four by how sure, then the torn one; judged pairs are left', () => {
    const queries = world(5, 2, 1);
    const none = () => new Set<number>();
    const state = { queries, judged: [none(), none(), new Set([0, 1]), none(), none()], positives: [0, 0, 0, 0, 0] };
    const [sure, torn, done] = [Float32Array.of(0, 5), Float32Array.of(1, 0.9), Float32Array.of(9, 0)];
    const scores = [sure, torn, done, Float32Array.of(4, 0), Float32Array.of(3, 0)];
    // softmax(0, 5) = (.0067, .9933); softmax(1, .9) = (.525, .475)
    const choices = chooseRound(state, scores, { ...options, budget: 4 });
    expect(choices).toMatchObject([
      { query: 0, candidate: 1, reason: 'confident', probability: expect.closeTo(0.9933, 4) as number },
      { query: 3, candidate: 0, reason: 'confident' },
      { query: 4, candidate: 0, reason: 'confident' },
      { query: 1, candidate: 0, reason: 'uncertain', probability: expect.closeTo(0.525, 3) as number },
    ]);
  });

  test('a query without a positive comes before a surer one that has one', () => {
    const queries = world(2, 2, 1);
    const state = { queries, judged: [new Set<number>(), new Set<number>()], positives: [1, 0] };
    const scores = [Float32Array.of(9, 0), Float32Array.of(1, 0)];
    expect(chooseRound(state, scores, { ...options, budget: 1 })).toMatchObject([{ query: 1, reason: 'confident' }]);
  });

  test('keeps its random slice, and is all random without scores', () => {
    const queries = world(10, 5, 2);
    const state = { queries, judged: queries.map(() => new Set([0])), positives: queries.map(() => 0) };
    const scores = queries.map(() => new Float32Array(10));
    const reasons = (found: readonly { reason: string }[]) => found.filter((c) => c.reason === 'random').length;
    const guided = chooseRound(state, scores, { ...options, budget: 20, randomShare: 0.25 });
    expect([guided.length, reasons(guided)]).toEqual([20, 5]);
    const blind = chooseRound(state, undefined, { ...options, budget: 20 });
    expect([blind.length, reasons(blind)]).toEqual([20, 20]);
    expect([...guided, ...blind].every((c) => c.candidate !== 0)).toBe(true);
  });
});

describe('selectWithinBudget', () => {
  test('sizes by hand: 400 pairs, 10 %: 16 first, then 8 a round', () => {
    expect(roundSizes(world(20, 5, 4), { share: 0.1, rounds: 3, firstShare: 0.4 })).toEqual([16, 8, 8, 8]);
    expect(roundSizes(world(20, 5, 4), { share: 1, rounds: 0, firstShare: 0.4 })).toEqual([400]);
  });

  test('stays within the budget, judges no pair twice, and says why each was chosen', async () => {
    const queries = world(40, 5, 4);
    // A retriever that knows the truth: what it is sure of is right.
    const score: SelectionOptions['score'] = (_labels, asked) =>
      Promise.resolve(
        asked.map(({ problem, candidates }) =>
          Float32Array.from(candidates, (trace) => (trace.truth === problem.truth ? 1 : 0)),
        ),
      );
    const { chosen, labels } = await selectWithinBudget(queries, await optionsOf({ score }));
    expect(chosen).toHaveLength(80);
    expect(labels).toHaveLength(80);
    expect(new Set(chosen.map((c) => `${c.problemId}/${c.traceId}`)).size).toBe(80);
    const of = (reason: string) => chosen.filter((c) => c.reason === reason);
    expect(of('first').every((c) => c.round === 0)).toBe(true);
    expect(of('first')).toHaveLength(32);
    expect(of('random').length).toBeGreaterThanOrEqual(3 * 3);
    const right = new Set(
      labels.flatMap((l) => ('relevant' in l && l.relevant ? [`${l.problemId}/${l.traceId}`] : [])),
    );
    expect(of('confident').every((c) => right.has(`${c.problemId}/${c.traceId}`))).toBe(true);
  });

  test('a stopped selection goes on with the same pairs, and asks the retriever only about new rounds', async () => {
    const queries = world(40, 5, 4);
    const asked: number[] = [];
    const score: SelectionOptions['score'] = (labels, all, round) => {
      asked.push(round);
      return Promise.resolve(
        all.map(({ candidates }, q) => Float32Array.from(candidates, (_, c) => (q * c * labels.length) % 7)),
      );
    };
    const options = await optionsOf({ score });
    const whole = await selectWithinBudget(queries, options);
    const text = await readFile(options.path, 'utf8');
    expect(await selectWithinBudget(queries, options)).toEqual(whole);
    expect(asked).toEqual([1, 2, 3]);
    const lines = text.split('\n');
    await writeFile(options.path, `${lines.slice(0, 52).join('\n')}\n`);
    await appendFile(options.path, '{"problemId":"torn');
    expect(await selectWithinBudget(queries, options)).toEqual(whole);
    expect(await readFile(options.path, 'utf8')).toBe(text);
    expect(asked).toEqual([1, 2, 3, 2, 3]);
  });

  test('the chosen pairs come in the order of the queries and their candidates', () => {
    const queries = world(2, 2, 2);
    const pair = (problemId: string, traceId: string) => ({ problemId, traceId, round: 0, reason: 'first' as const });
    const found = candidatesOf(queries, [pair('q1', 't3'), pair('q1', 't0')]);
    expect(found.map(({ problem, candidates }) => [problem.id, ...candidates.map((t) => t.id)])).toEqual([
      ['q1', 't0', 't3'],
    ]);
  });
});
