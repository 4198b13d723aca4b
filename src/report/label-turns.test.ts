import { expect, it } from 'vitest';
import { gradeLabels, type Label, type RoundGrade } from '../judge/index.js';
import { labelTurnsBlock } from './label-turns.js';

const label = (traceId: string, score: number): Label => {
  return { problemId: 'p', traceId, judge: 'utility', key: traceId, relevant: score > 0, score };
};
const truthOf = { problem: () => 'A', trace: (id: string) => (id === 'same' ? 'A' : 'B') };
const wrong = gradeLabels([label('same', -1), label('other', 1)], truthOf);
const right = gradeLabels([label('same', 1), label('other', -1)], truthOf);
const first: RoundGrade = { round: 1, policy: 'warmup', all: wrong };

it('shows a row a round, and one without the problems that taught its policy', () => {
  const second: RoundGrade = { round: 2, policy: 'warmup-2', all: right, untaught: gradeLabels([], truthOf) };
  const [block] = labelTurnsBlock({ labels: [first, second] });
  expect(block).toMatchObject({
    table: {
      rows: [
        ['round 1', 'warmup', '1', '0.000', '0.0', '50.0', '0.0', '100.0'],
        ['round 2', 'warmup-2', '1', '1.000', '100.0', '50.0', '100.0', '100.0'],
        ['', 'problems that taught it left out', '0', '-', '-', '-', '-', '-'],
      ],
    },
  });
});

it('is nothing where labels were made once, or not at all', () => {
  expect(labelTurnsBlock({ labels: [first] })).toEqual([]);
  expect(labelTurnsBlock({})).toEqual([]);
});
