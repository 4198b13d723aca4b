/** The contexts of an arm's training prompts, composed of single rules. */
import { afterAllWrong } from './after-all-wrong.js';
import { annealed, dropped } from './drop.js';
import type { ContextSettings } from './keys.js';
import type { ContextSource } from './types.js';

export { alone, always } from './always.js';
export { drawDemonstrations, type DemonstrationPool } from './demonstrations.js';
export { hintOf, type Hint } from './hint.js';
export { hints, shareAt, type HintPlan } from './hints.js';
export { traceContexts, type Fits, type Shown } from './traces.js';
export type { ContextSettings } from './keys.js';
export type { ContextSource, Moment } from './types.js';

/** A source with what the settings put around it: dropping and annealing, then the first try without. */
export function composed(
  source: ContextSource,
  { drop, annealSteps, onlyAfterAllWrong }: Pick<ContextSettings, 'drop' | 'annealSteps' | 'onlyAfterAllWrong'>,
): ContextSource {
  let made = source;
  if (drop > 0) made = dropped(made, drop);
  if (annealSteps > 0) made = annealed(made, annealSteps);
  return onlyAfterAllWrong ? afterAllWrong(made) : made;
}
