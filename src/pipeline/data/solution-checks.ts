/** Arms that learn from worked solutions are refused where there are none, before any work; problems without one are told. */
import type { Config } from '../../config/index.js';
import { RaRftError } from '../../core/errors.js';
import type { RunWarning } from '../../runs/warnings.js';
import type { DataSets } from './data-sets.js';

/** Throws `data` where an arm needs worked solutions and no training problem has one; a warning where only some have. */
export function checkSolutions(
  { arms, opsd }: Pick<Config, 'arms' | 'opsd'>,
  { train }: Pick<DataSets, 'train'>,
): RunWarning[] {
  const without = train.filter(({ solution }) => solution === undefined).length;
  const needing = arms.filter(
    ({ method, policyOf }) =>
      policyOf === null && (method === 'sft' || (method === 'opsd' && opsd.privileged === 'solution')),
  );
  const [first] = needing;
  if (!first || without === 0) return [];
  if (without === train.length) {
    throw new RaRftError({
      code: 'data',
      message: `arm ${first.name} learns from worked solutions (method ${first.method}), and none of ${train.length} training problems has one`,
      where: `arms: ${first.name}.method`,
      expected: 'training problems with a solution',
      hint: 'Name the field with solutions (data.problems.fields.solution), or leave the arm out.',
    });
  }
  return needing.map(({ name, method }) => ({
    code: 'without-solution',
    where: `arm ${name}`,
    text: `${without} of ${train.length} training problems have no worked solution and are left out by the method ${method}; other arms train on them`,
  }));
}
