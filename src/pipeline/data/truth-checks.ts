/** What needs the truth of the data (the oracle, the control judge of that name) is refused where there is none, before any work. */
import type { Config } from '../../config/index.js';
import { RaRftError } from '../../core/errors.js';
import type { Problem } from '../../data/index.js';
import type { QueryCandidates } from '../../judge/index.js';
import { warmupSources } from '../retrieve/contexts.js';
import type { DataSets } from './data-sets.js';

/**
 * Throws `data` where an arm or the warm-up takes traces of the oracle and a problem of that side has no truth: its prompts would stand
 * without a trace, under the name of the oracle. `looked.arms`: whether the run comes to its arms.
 */
export function refuseOracleWithoutTruth(
  config: Pick<Config, 'arms' | 'retrievers' | 'warmup'>,
  data: Pick<DataSets, 'train' | 'test'>,
  looked: { arms: boolean } = { arms: true },
): void {
  const { arms, retrievers } = config;
  const { early } = warmupSources(config);
  const takers = [
    ...early.map((name) => ({ who: 'the warm-up', where: `warmup.traces.${name}`, name, set: 'train' as const })),
    ...(looked.arms ? arms : []).flatMap((arm) =>
      (['train', 'test'] as const).map((set) => {
        return { who: `arm ${arm.name}`, where: `arms: ${arm.name}.${set}`, name: arm[set], set };
      }),
    ),
  ];
  for (const { who, where, name, set } of takers) {
    if (retrievers[name]?.kind !== 'oracle') continue;
    const lacking = data[set].filter(({ truth }) => truth === undefined);
    if (lacking.length === 0) continue;
    throw new RaRftError({
      code: 'data',
      message: `${who} takes traces of the oracle, but ${lacking.length} of ${data[set].length} ${set === 'train' ? 'training' : 'test'} problems have no truth (${named(lacking)})`,
      where,
      expected: 'a truth for every problem: what it shares with the traces that help it',
      hint: 'Name the field with it (data.*.fields.truth), leave out the problems without one, or take another context.',
    });
  }
}

/** Throws `data` where labels.judge is truth and no pair that would be judged has a truth on both sides. */
export function refuseJudgeWithoutTruth({ labels }: Pick<Config, 'labels'>, queries: readonly QueryCandidates[]): void {
  if (labels.judge !== 'truth' || queries.length === 0) return;
  const problems = queries.filter(({ problem }) => problem.truth !== undefined);
  if (problems.some(({ candidates }) => candidates.some(({ truth }) => truth !== undefined))) return;
  const side = problems.length === 0 ? 'problems' : 'traces';
  throw new RaRftError({
    code: 'data',
    message: `labels.judge is truth, but none of the ${side} to be judged has a truth`,
    where: 'labels.judge',
    expected: 'a truth for problems and traces: what they share where one helps with the other',
    hint: `Name the field with it (data.${side === 'problems' ? 'problems' : 'corpus'}.fields.truth), or take the judge utility or llm.`,
  });
}

/** The first few ids. */
function named(problems: readonly Problem[]): string {
  const shown = problems.slice(0, 5).map(({ id }) => id);
  return problems.length > shown.length ? `${shown.join(', ')}, ...` : shown.join(', ');
}
