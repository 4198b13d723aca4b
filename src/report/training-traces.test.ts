import { expect, it } from 'vitest';
import { trainingTracesBlock } from './training-traces.js';

it('has a row a retriever: by how many encoders, and what one would have found', () => {
  const [block] = trainingTracesBlock({
    trainingTraces: [
      {
        name: 'learned',
        crossFit: 4,
        right: { train: 0.63, withoutCrossFit: 0.9, test: 0.62 },
        n: { train: 800, test: 200 },
      },
      { name: 'bm25', crossFit: 1, right: { train: 0.5 }, n: { train: 800, test: 0 } },
    ],
  });
  if (block?.kind !== 'table') throw new Error('no table');
  expect(block.table.rows).toEqual([
    ['learned', '4', '63.0 (800)', '90.0', '62.0 (200)'],
    ['bm25', '1', '50.0 (800)', '', ''],
  ]);
  expect(trainingTracesBlock({})).toEqual([]);
});
