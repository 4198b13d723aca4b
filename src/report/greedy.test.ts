import { expect, test } from 'vitest';
import type { Summary } from '../eval/index.js';
import { formatSummaryTable, greedyTable } from './summary-table.js';

const estimate = (mean: number, low: number, high: number) => ({ mean, ci95: [low, high] as [number, number], n: 9 });
const arm = { split: 'test', k: 4, n: 9, average: 0.4, ci95: [0.3, 0.5] as [number, number] };
const summary: Summary = {
  arms: [
    { ...arm, name: 'ra-rft', greedy: estimate(0.5, 0.4, 0.6) },
    { ...arm, name: 'grpo', greedy: estimate(0.25, 0.2, 0.3) },
  ],
  differences: [
    { a: 'ra-rft', b: 'grpo', split: 'test', mean: 0, ci95: [0, 0], n: 9, greedy: estimate(0.25, 0.1, 0.4) },
  ],
  retrievers: [],
  seconds: {},
};

test('arms and their differences at temperature 0 stand in one table', () => {
  expect(greedyTable(summary).rows).toEqual([
    ['ra-rft', '50.0 [40.0, 60.0]'],
    ['grpo', '25.0 [20.0, 30.0]'],
    ['ra-rft - grpo', '+25.0 [+10.0, +40.0]'],
  ]);
  expect(formatSummaryTable(summary)).toContain('greedy (temperature 0), % [95 % interval]');
});

test('there is no table without such responses', () => {
  const without = { ...summary, arms: [{ ...arm, name: 'grpo' }], differences: [] };
  expect(greedyTable(without).rows).toEqual([]);
  expect(formatSummaryTable(without)).not.toContain('greedy');
});
