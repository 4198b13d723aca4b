import { describe, expect, it } from 'vitest';
import type { Summary } from '../eval/index.js';
import { oneByOneSection } from './one-by-one.js';

const row: NonNullable<Summary['oneByOne']>[number] = {
  name: 'ra-rft',
  split: 'unseen',
  k: 4,
  n: 45,
  leftOut: 3,
  ranks: [
    { average: 0.5, ci95: [0.4, 0.6], solved: 0.7 },
    { average: 0.25, ci95: [0.2, 0.3], solved: 0.4 },
  ],
  best: 0.6,
  worst: 0.15,
  spread: { mean: 0.45, byChance: 0.2, ci95: [0.4, 0.5] },
  together: 0.8,
  beyond: { mean: 0.1, byChance: 0.05 },
  byChoice: { mean: 0.1, byChance: 0.15 },
};

describe('oneByOneSection', () => {
  it('has a row for each arm and split, a chart for each split, chance beside what luck makes', () => {
    const section = oneByOneSection({ oneByOne: [row] });
    const [ranks, together, chart] = section?.blocks ?? [];
    expect(ranks).toMatchObject({
      table: {
        rows: [
          [
            'ra-rft',
            'unseen',
            '45, 3 left out',
            '50.0 [40.0, 60.0]',
            '25.0 [20.0, 30.0]',
            '60.0',
            '15.0',
            '45.0 [40.0, 50.0] (20.0)',
          ],
        ],
      },
    });
    expect(together).toMatchObject({
      table: { rows: [['ra-rft', 'unseen', '70.0', '80.0', '10.0 (5.0)', '10.0 (15.0)']] },
    });
    expect(chart).toMatchObject({
      chart: {
        title: 'unseen',
        series: [
          {
            points: [
              { x: 1, y: 50 },
              { x: 2, y: 25 },
            ],
          },
        ],
      },
    });
    expect(section?.blocks).toHaveLength(3);
  });

  it('is not there where nothing was evaluated so', () => {
    expect(oneByOneSection({})).toBeUndefined();
    expect(oneByOneSection({ oneByOne: [] })).toBeUndefined();
  });
});
