/** A worker for the tests of worker-rpc: answers, fails, reports, dies. */
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { RaRftError } from '../errors.js';
import { serveMethods, type Report } from '../worker-rpc.js';

const seen: string[] = [];

const methods = {
  echo: (value: unknown) => value,
  /** Answers after a while, so that a later call could overtake it if the order did not hold. */
  slow: async ({ name, ms }: { name: string; ms: number }) => {
    await setTimeout(ms);
    seen.push(name);
    return [...seen];
  },
  count: (total: number, report: Report) => {
    for (let i = 1; i <= total; i++) report(i, total);
    return total;
  },
  ones: (n: number) => new Float32Array(n).fill(1),
  refuse: () => {
    throw new RaRftError({
      code: 'model',
      message: 'no such tensor',
      where: 'wte.weight',
      expected: '[4, 2]',
      hint: 'look',
    });
  },
  crash: () => {
    throw new TypeError('plain failure');
  },
  uncloneable: () => () => 1,
  /** Given a pipe, it blocks the thread outside of JavaScript until somebody writes, as native libraries do. */
  read: (path: string) => readFileSync(path, 'utf8'),
  die: (): never => process.exit(3),
};

export type EchoMethods = typeof methods;

serveMethods(methods);
