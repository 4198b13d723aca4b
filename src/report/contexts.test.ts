import { expect, test } from 'vitest';
import type { EvalRecord } from '../eval/index.js';
import { contextsBlock } from './contexts.js';
import type { Evaluation } from './evaluation.js';
import type { RunData } from './run-data.js';

const record = (problemId: string, split: string, traceId: string | null): EvalRecord => ({
  key: 'k',
  problemId,
  split,
  traceIds: traceId === null ? [] : [traceId],
  promptTokens: 1,
  samples: [],
});
const evaluation = (arm: string, records: EvalRecord[]): Evaluation => ({ arm, step: 4, records });
const dataOf = (rows: RunData['metrics']) => ({ metrics: rows }) as RunData;

test('shares of the training prompts and of each split, by arm', () => {
  const last = [
    evaluation('grpo', [record('a', 'seen', null), record('b', 'unseen', null)]),
    evaluation('random', [record('a', 'seen', 't'), record('b', 'seen', null), record('c', 'unseen', 't')]),
    evaluation('borrowed', [record('a', 'seen', 't'), record('c', 'unseen', 't')]),
  ];
  const rows = [1, 0.5].map((traceShare, i) => ({ arm: 'random', step: i + 1, traceShare }));
  const [block] = contextsBlock(dataOf([{ arm: 'grpo', step: 1, traceShare: 0 }, ...rows]), last);
  expect(block).toMatchObject({
    kind: 'table',
    table: {
      columns: [{ label: 'arm' }, { label: 'training' }, { label: 'seen' }, { label: 'unseen' }],
      rows: [
        ['grpo', '0.0', '0.0', '0.0'],
        ['random', '75.0', '50.0', '100.0'],
        ['borrowed', '', '100.0', '100.0'],
      ],
    },
  });
});

test('nothing where no prompt has a trace', () => {
  expect(contextsBlock(dataOf([]), [evaluation('grpo', [record('a', 'seen', null)])])).toEqual([]);
});
