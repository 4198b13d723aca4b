/** A worker for the tests of the pool: the math verifier's own, except where the response is an order to misbehave. */
import { judgeForPool, type MathItem } from '../math-item.js';
import { servePool } from '../pool-serve.js';
import type { Verdict } from '../types.js';

const orders: Readonly<Record<string, (item: MathItem) => Verdict | Promise<Verdict>>> = {
  hang: () => {
    for (;;);
  },
  never: () => new Promise<Verdict>(() => {}),
  exit: () => process.exit(3),
  throw: () => {
    throw new Error('my fault');
  },
  memory: () => {
    const kept: number[][] = [];
    for (;;) kept.push(Array.from({ length: 100_000 }, (_, i) => i + 0.5));
  },
  // Answers, but leaves something behind that blocks the thread.
  aftermath: (item) => {
    setImmediate(() => {
      for (;;);
    });
    return judgeForPool(item);
  },
  busy: (item) => {
    const end = performance.now() + 60;
    while (performance.now() < end);
    return judgeForPool(item);
  },
};

servePool<null | 'hang', MathItem, Verdict>(
  (setup) => (setup === 'hang' ? new Promise(() => {}) : undefined),
  (item) => (orders[item.response] ?? judgeForPool)(item),
);
