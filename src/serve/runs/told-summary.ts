/** What the report of a run tells: where older versions made its summary, it has other draws than would be made now. */
import type { Summary } from '../../eval/index.js';
import { readSummary, type keptConfig } from '../../report/index.js';

/**
 * The summary of a run that has come to its end with all its arms, where the evaluations at these steps are those that it is of; else
 * undefined. What stands there stands everywhere.
 */
export async function toldSummary(
  root: string,
  { arms, rl }: Pick<ReturnType<typeof keptConfig>, 'arms' | 'rl'>,
  steps: readonly number[],
): Promise<Summary | undefined> {
  if (!steps.every((step) => step === rl.steps)) return undefined;
  const summary = await readSummary(root);
  if (!summary || summary.unfinished) return undefined;
  const told = new Set(summary.arms.map(({ name }) => name));
  return arms.every(({ name }) => told.has(name)) ? summary : undefined;
}
