/**
 * Worker of the math verifier: algebra may run long or out of memory, so it runs where it can be ended. Every thread loads
 * all that is imported from here: `math/` takes its numbers from data/rational.js, since data's index loads nine packages.
 */
import { judgeForPool, type MathItem } from './math-item.js';
import { servePool } from './pool-serve.js';
import type { Verdict } from './types.js';

servePool<null, MathItem, Verdict>(() => {}, judgeForPool);
