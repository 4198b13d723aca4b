/** The advantages by name. A new one is a function here or in a file beside, with its formula and source, and a line below. */
import { overBatch, overBatchSpread } from './batch.js';
import { lessMean, lessOthers, zscore } from './group.js';
import type { Advantage, ComparedWithin } from './types.js';
import { within } from './within.js';

export type { Advantage, AdvantageTable, ComparedWithin } from './types.js';

/** Each makes the advantage that compares within a problem or within a prompt. */
export const advantages = {
  mean: (unit) => within(unit, lessMean),
  zscore: (unit) => within(unit, zscore),
  'leave-one-out': (unit) => within(unit, lessOthers),
  batch: () => overBatch('none'),
  'batch-baseline': (unit) => overBatch(unit),
  'batch-spread': (unit) => overBatchSpread(unit),
} as const satisfies Record<string, (unit: ComparedWithin) => Advantage>;

export type AdvantageName = keyof typeof advantages;
