/** The verifier named `math`: answers compared as mathematics, in threads that are ended where they run over time. */
import { goldProblem, type MathOptions } from './math/index.js';
import type { MathItem } from './math-item.js';
import { KillablePool, type Done } from './pool.js';
import type { Verdict, Verifier } from './types.js';

/** How to judge a pair. */
export interface VerifyOptions extends MathOptions {
  /** Whether verdicts hold the steps that led to them. Default false. */
  steps?: boolean;
  /**
   * Longest time on one pair, from when the work on it starts: the last resort, since the work itself is counted and
   * bounded (math/work.ts). Default 30 seconds: what the budget allows takes less on a machine a hundred times slower.
   */
  timeoutMs?: number;
}

export interface MathVerifierOptions extends VerifyOptions {
  /** Threads at most; they start when there is work. Default 2. */
  workers?: number;
}

/** A gold answer with a response, and what is to be different for this pair alone. */
export interface AnswerPair {
  gold: string;
  response: string;
  options?: MathOptions;
}

/** A {@link Verifier} that also takes bare pairs, each with options of its own. */
export interface MathVerifier extends Verifier {
  /** Judges pairs; verdicts in their order. Never rejects: what fails is a verdict with its reason. */
  verifyPairs(pairs: readonly AnswerPair[], options?: VerifyOptions): Promise<Verdict[]>;
}

/** Pairs a message: the cheap ones take some hundredths of a millisecond, less than a message does. */
const batchSize = 128;
/** Enough for any answer that is one; an answer that needs more fails alone. */
const heapMegabytes = 512;

const workerUrl = new URL('./math-worker.js', import.meta.url);

/**
 * Opens the verifier. Threads start at the first pair, end on `dispose`, and never keep an idle process alive.
 * `url` is the worker's module: another one only in tests.
 */
export function openMathVerifier(defaults: MathVerifierOptions = {}, url: URL = workerUrl): MathVerifier {
  const { workers = 2, timeoutMs = 30_000, ...own } = defaults;
  const pool = new KillablePool<null, MathItem, Verdict>({
    url,
    name: 'math verifier',
    setup: null,
    workers,
    batchSize,
    timeoutMs,
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
  });
  const verifyPairs: MathVerifier['verifyPairs'] = async (pairs, options = {}) => {
    const { steps = false, timeoutMs: limitMs = timeoutMs, ...shared } = { ...own, ...options };
    const items = pairs.map(({ gold, response, options: single }): MathItem => {
      return { gold, response, options: single ? { ...shared, ...single } : shared, steps };
    });
    return (await pool.run(items, limitMs)).map((done) => verdictOf(done, limitMs));
  };
  return {
    name: 'math',
    verifyPairs,
    verifyMany: (pairs) => verifyPairs(pairs.map(({ problem, response }) => ({ gold: problem.answer, response }))),
    checkAnswer: goldProblem,
    dispose: () => pool.dispose(),
  };
}

function verdictOf(done: Done<Verdict>, limitMs: number): Verdict {
  if (done.status === 'done') return { ...done.result, timeMs: done.timeMs };
  if (done.status === 'timeout') {
    const reason = `no verdict after ${limitMs} ms`;
    return { outcome: 'timeout', rule: 'time-limit', reason, timeMs: done.timeMs };
  }
  const time = done.timeMs === undefined ? {} : { timeMs: done.timeMs };
  return { outcome: 'error', rule: 'verifier-failed', reason: done.reason, ...time };
}
