import { expect, it } from 'vitest';
import type { EvalRecord } from '../../eval/index.js';
import { failureWarnings } from './evaluate.js';

const sample = (reward: number | null): EvalRecord['samples'][number] => ({
  text: '',
  tokens: 1,
  stopReason: 'stop',
  verdict: reward === null ? { outcome: 'error', rule: 'r', reason: 'boom' } : { outcome: 'mismatch', rule: 'r' },
  reward,
});
const record = (problemId: string, split: string, rewards: (number | null)[], failed?: string): EvalRecord => ({
  key: '',
  problemId,
  split,
  traceIds: [],
  promptTokens: 1,
  samples: rewards.map(sample),
  ...(failed !== undefined && { failed }),
});

it('warns of samples without a reward and of problems without samples, split by split', () => {
  expect(failureWarnings('a', 4, [record('p', 'seen', [0, 1]), record('q', 'other', [0])])).toEqual([]);
  const records = [
    record('p', 'seen', [0, null]),
    record('q', 'other', [null, null]),
    record('r', 'other', [], 'too long'),
    record('s', 'fine', [0]),
  ];
  expect(failureWarnings('a', 4, records)).toEqual([
    {
      code: 'without-reward',
      where: 'evaluation of a, seen',
      text: '1 of 2 samples at step 4 got no reward (error 1) and are in no average; the first: boom',
    },
    {
      code: 'without-reward',
      where: 'evaluation of a, other',
      text: '2 of 2 samples at step 4 got no reward (error 2) and are in no average; the first: boom',
    },
    {
      code: 'not-sampled',
      where: 'evaluation of a, other',
      text: '1 of 2 problems at step 4 were not sampled and are in no average; the first, r: too long',
    },
  ]);
});
