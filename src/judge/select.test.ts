import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { Rng } from '../core/rng.js';
import { pairKey } from './agreement.js';
import { previewSelection, selectWithinBudget, type SelectionOptions } from './select.js';
import { classesOf, selectionOptions } from './testing/class-world.js';
import { judgeByTruth } from './truth.js';
import type { Label } from './types.js';

// 60 problems and 30 traces of 5 classes: 1,800 pairs.
const queries = classesOf({ queries: 60, truths: 5, each: 6 });
const truth = new Map(judgeByTruth(queries).map((label) => [pairKey(label), isRelevant(label)]));

function isRelevant(label: Label): boolean {
  return 'relevant' in label && label.relevant;
}

describe('selectWithinBudget', () => {
  test('judges no more than the budget, no pair twice, says why each was chosen; infers the rest rightly', async () => {
    const asked: string[] = [];
    const judge: SelectionOptions['judge'] = (pairs) => {
      const labels = judgeByTruth(pairs);
      asked.push(...labels.map(pairKey));
      return Promise.resolve(labels);
    };
    const { labels, report } = await selectWithinBudget(queries, await selectionOptions({ judge }));
    expect(asked.length).toBeLessThanOrEqual(540);
    expect(new Set(asked).size).toBe(asked.length);
    const judged = labels.filter(({ chosen }) => chosen !== undefined);
    expect(new Set(judged.map(pairKey))).toEqual(new Set(asked));
    const inferred = labels.filter((label) => 'inferred' in label && label.inferred);
    expect(judged.length + inferred.length).toBe(labels.length);
    expect(labels.every((label) => isRelevant(label) === truth.get(pairKey(label)))).toBe(true);
    expect(report).toEqual({
      judged: asked.length,
      inferred: 1800 - asked.length,
      classes: 5,
      placed: 60,
      alone: 0,
      auditedRelevant: 27,
      confirmed: 1,
      auditedRest: 27,
      missed: 0,
      used: true,
    });
    expect(new Set(labels.map(({ key }) => key)).size).toBe(labels.length);
    const order = queries.flatMap(({ problem, candidates }) =>
      candidates.map(({ id }) => pairKey({ problemId: problem.id, traceId: id })),
    );
    expect(labels.map(pairKey)).toEqual(order);
  });

  test('a small budget is kept, and what it does not reach has no label', async () => {
    const { labels, report } = await selectWithinBudget(queries, await selectionOptions({ share: 0.1 }));
    expect(report.judged).toBe(180);
    expect(report.placed).toBeLessThan(60);
    expect(labels.length).toBeLessThan(1800);
  });

  test('the retriever is trained when a quarter, half and three quarters are spent, on labels so far; its scores lead', async () => {
    const trained: { round: number; labels: number }[] = [];
    const score: SelectionOptions['score'] = (labels, all, round) => {
      trained.push({ round, labels: labels.length });
      return Promise.resolve(
        all.map(({ problem, candidates }) => Float32Array.from(candidates, (t) => Number(t.truth === problem.truth))),
      );
    };
    const led = await selectWithinBudget(queries, await selectionOptions({ share: 0.1, score }));
    expect(trained.map(({ round }) => round)).toEqual([1, 2, 3]);
    expect(trained.map(({ labels }) => labels)).toEqual(trained.map(({ labels }) => labels).toSorted((a, b) => a - b));
    const blind = await selectWithinBudget(queries, await selectionOptions({ share: 0.1 }));
    expect(led.report.placed).toBeGreaterThan(blind.report.placed);
  });

  test('where relevance falls into no classes the audit tells, and nothing inferred is used', async () => {
    // A pair is relevant by a coin of its own.
    const judge: SelectionOptions['judge'] = (pairs) =>
      Promise.resolve(
        judgeByTruth(pairs).map((label) => ({ ...label, relevant: Rng.fromSeed(pairKey(label)).next() < 0.3 })),
      );
    const { labels, report } = await selectWithinBudget(queries, await selectionOptions({ judge }));
    expect(report).toMatchObject({ used: false });
    expect(report.confirmed).toBeLessThan(0.6);
    expect(labels).toHaveLength(report.judged);
    expect(labels.some((label) => 'inferred' in label)).toBe(false);
  });

  test('failed judgements are labels with their reason, and nothing is inferred from them', async () => {
    const judge: SelectionOptions['judge'] = (pairs) =>
      Promise.resolve(
        judgeByTruth(pairs).map((label): Label => {
          if (Rng.fromSeed(pairKey(label)).next() >= 0.2) return label;
          const { problemId, traceId, key } = label;
          return { problemId, traceId, judge: 'truth', key, failed: 'cut' };
        }),
      );
    const { labels } = await selectWithinBudget(queries, await selectionOptions({ judge }));
    expect(labels.filter((label) => 'failed' in label).length).toBeGreaterThan(50);
    expect(
      labels.every(
        (label) => 'failed' in label || !('inferred' in label) || label.relevant === truth.get(pairKey(label)),
      ),
    ).toBe(true);
  });

  test('stopped anywhere it goes on to the same labels, judging nothing twice; verdicts of another key are dropped', async () => {
    const rounds: number[] = [];
    let judged = 0;
    const options = await selectionOptions({
      share: 0.1,
      judge: (pairs) => {
        const labels = judgeByTruth(pairs);
        judged += labels.length;
        return Promise.resolve(labels);
      },
      score: (labels, all, round) => {
        rounds.push(round);
        return Promise.resolve(
          all.map(({ candidates }, q) => Float32Array.from(candidates, (_, c) => (q * c * labels.length) % 7)),
        );
      },
    });
    const whole = await selectWithinBudget(queries, options);
    expect([judged, rounds]).toEqual([180, [1, 2, 3]]);
    const text = await readFile(options.path, 'utf8');
    const lines = text.trimEnd().split('\n');
    for (const keep of [lines.length, lines.length - 1, Math.floor(lines.length / 2), 1]) {
      await writeFile(
        options.path,
        lines
          .slice(0, keep)
          .map((line) => `${line}\n`)
          .join(''),
      );
      if (keep < lines.length) await appendFile(options.path, '{"labels":[{"torn');
      judged = 0;
      expect(await selectWithinBudget(queries, options)).toEqual(whole);
      expect(await readFile(options.path, 'utf8')).toBe(text);
      const before = lines.slice(1, keep).flatMap((line) => (JSON.parse(line) as { labels: Label[] }).labels);
      expect(judged).toBe(180 - before.length);
    }
    judged = 0;
    await selectWithinBudget(queries, { ...options, key: 'b' });
    expect(judged).toBe(180);
  });
});

test('a selection that has placed everything before its budget is spent goes on from any of its waves too', async () => {
  const options = await selectionOptions({ share: 0.9 });
  const whole = await selectWithinBudget(queries, options);
  expect(whole.report).toMatchObject({ placed: 60 });
  expect(whole.report.judged).toBeLessThan(0.9 * 1800);
  const lines = (await readFile(options.path, 'utf8')).trimEnd().split('\n');
  for (const keep of [lines.length, lines.length - 1]) {
    await writeFile(options.path, `${lines.slice(0, keep).join('\n')}\n`);
    expect(await selectWithinBudget(queries, options)).toEqual(whole);
  }
});

test('a preview has as many pairs as may be judged', () => {
  const pairs = previewSelection(queries, 0.1, Rng.fromSeed(1)).flatMap(({ candidates }) => candidates);
  expect(pairs).toHaveLength(180);
  expect(previewSelection(queries, 1e-9, Rng.fromSeed(1))).toHaveLength(1);
  expect(previewSelection([], 0.1, Rng.fromSeed(1))).toHaveLength(0);
});
