/** Gradients of sum c log p against finite differences, for every kind of training. */
import { scoreAlternatives } from '../local/alternatives.js';
import { scoreGroups } from '../local/trainer.js';
import type { BatchLimits } from '../local/micro-batches.js';
import type { ModelState } from '../local/model-state.js';
import type { Trainable } from '../../optim/trainables.js';
import type { TrainGroup } from '../types.js';
import { alternativeLoss, scoredGroups, whichOf } from './helpers.js';

/** sum c log p at the weights as they are, alternatives included. */
export async function lossOf(state: ModelState, groups: readonly TrainGroup[], limits: BatchLimits): Promise<number> {
  const scored = scoredGroups(groups);
  const scores = await scoreGroups(state, scored, limits);
  let total = 0;
  for (const [n, { responses }] of groups.entries()) {
    for (const [g, { slopes }] of responses.entries()) {
      for (const [t, slope] of slopes.entries()) total += slope * scores[n]![g]![t]!;
    }
  }
  if (!groups[0]?.responses[0]?.alternatives) return total;
  return total + alternativeLoss(groups, await scoreAlternatives(state, scored, whichOf(groups), limits));
}

/** |numeric - own gradient| / |numeric| of one parameter, every element moved by `step` both ways. */
export async function gradientError(
  { value, grad }: Trainable,
  lossNow: () => Promise<number>,
  step: number,
): Promise<number> {
  let error = 0;
  let size = 0;
  for (let i = 0; i < value.length; i++) {
    const own = value[i]!;
    value[i] = own + step;
    const above = await lossNow();
    value[i] = own - step;
    const below = await lossNow();
    value[i] = own;
    const numeric = (above - below) / (2 * step);
    error += (numeric - grad[i]!) ** 2;
    size += numeric ** 2;
  }
  return Math.sqrt(error / size);
}
