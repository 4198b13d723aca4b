import { expect, test } from 'vitest';
import { stepMetrics } from './metrics.js';
import { showing } from '../data/context.js';
import type { Comparison } from './types.js';

const group = (answer: string, traceAnswer?: string): Comparison => ({
  problem: { id: 'p', question: 'q', answer },
  groups_K: [
    {
      context: showing(
        traceAnswer === undefined ? undefined : { id: 't', question: 'q2', trace: 's', answer: traceAnswer },
      ),
      prompt: Int32Array.from([1]),
      seed: 0,
      rollouts_G: [],
      policyVersion: 1,
    },
  ],
});

test('a trace with the answer of the problem is a leak, however the answer is written', () => {
  const facts = { learningRate: 0, trainedGroups: 0 };
  const share = (...groups: Comparison[]) => stepMetrics(1, groups, undefined, facts).traceAnswerIsGoldShare;
  expect(share(group('1/2', '0.50'), group('\\frac{1}{2}', '.5'), group('1,000', '1000'))).toBe(1);
  expect(share(group('1/2', '0.05'), group('5', '-5'), group('x'), group('Blue', ' blue'))).toBe(0.25);
});
