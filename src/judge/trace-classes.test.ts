import { describe, expect, it } from 'vitest';
import { selectWithinBudget } from './select.js';
import { classesOf, selectionOptions } from './testing/class-world.js';
import { traceClasses } from './trace-classes.js';
import type { Label } from './types.js';

const label = (problemId: string, traceId: string, more: object = {}): Label => ({
  problemId,
  traceId,
  judge: 'truth',
  key: `${problemId} ${traceId}`,
  relevant: true,
  ...more,
});
const inferred = { inferred: true };

describe('classes of traces', () => {
  it('are those of the truth where a budget has found them', async () => {
    const queries = classesOf({ queries: 60, truths: 5, each: 6 });
    const { labels } = await selectWithinBudget(queries, await selectionOptions());
    const classes = traceClasses(labels);
    const traces = new Map(queries.flatMap(({ candidates }) => candidates.map((trace) => [trace.id, trace.truth])));
    expect(classes.size).toBe(traces.size);
    const truths = new Map<string, Set<string | undefined>>();
    for (const [id, name] of classes) truths.set(name, (truths.get(name) ?? new Set()).add(traces.get(id)));
    expect(truths.size).toBe(5);
    for (const own of truths.values()) expect(own.size).toBe(1);
  });

  it('follow inferred positives; a judged one joins no classes, but brings in a trace that has none', () => {
    const classes = traceClasses([
      label('p', 'a', inferred),
      label('p', 'b', inferred),
      label('q', 'b', inferred),
      label('q', 'c', inferred),
      label('r', 'd', inferred),
      label('r', 'a'), // a wrong verdict
      label('r', 'late'),
      label('p', 'between'),
      label('r', 'between'),
      label('r', 'not', { relevant: false }),
      label('s', 'unknown'),
      { problemId: 'p', traceId: 'failed', judge: 'truth', key: 'x', failed: 'no answer' },
    ]);
    expect(Object.fromEntries(classes)).toEqual({ a: 'a', b: 'a', c: 'a', d: 'd', late: 'd' });
  });

  it('are none where all pairs were judged', () => {
    expect(traceClasses([label('p', 'a'), label('p', 'b')]).size).toBe(0);
  });
});
