/** What an advantage is: how much better each response did than what it is compared with. */
import type { Comparison } from '../types.js';

/** One number a response, in the places of the batch; undefined exactly where the response has no reward. */
export type AdvantageTable = (number | undefined)[][][];

/** Advantages of a whole batch, so that a method may compare across problems (REINFORCE++) as well as within one. */
export type Advantage = (batch_N: readonly Comparison[]) => AdvantageTable;

/**
 * With whom a response is compared where a problem was put in several prompts: with all responses to the problem, or only with those
 * to the same prompt.
 */
export type ComparedWithin = 'problem' | 'prompt';
