/** How many prompts of each arm have a trace: an arm whose retriever finds nothing is another arm under its name. */
import type { ArmConfig, Config } from '../config/index.js';
import { RaRftError } from '../core/errors.js';
import type { RunWarning } from '../core/warnings.js';
import type { Problem, Trace } from '../data/index.js';
import type { ProblemSet, Retrieved } from './contexts.js';
import type { DataSets } from './data-sets.js';

/** What the counts need of an arm. */
type CountedArm = Pick<ArmConfig, 'name' | 'train' | 'test' | 'policyOf'>;

/** One side of an arm: prompts that should have a trace, and those that do. */
export interface ContextCount {
  arm: string;
  set: ProblemSet;
  context: string;
  prompts: number;
  withTrace: number;
  /** Prompts with a random trace of another type, because none of the problem's own may be shown. */
  otherType: number;
}

/** Counts for every side of an arm that takes traces; a policy that is borrowed counts at its owner. */
export function countContexts(
  { arms, retrievers }: { arms: readonly CountedArm[]; retrievers: Config['retrievers'] },
  data: Pick<DataSets, 'train' | 'test'>,
  retrieved: Retrieved,
): ContextCount[] {
  const drawnOfType = (name: string) => {
    const entry = retrievers[name];
    return entry?.kind === 'random' && entry.sameType;
  };
  return arms.flatMap((arm) =>
    (['train', 'test'] as const).flatMap((set): ContextCount[] => {
      const context = arm[set];
      if (context === 'none' || (set === 'train' && arm.policyOf !== null)) return [];
      const hits = retrieved.get(context);
      const firsts = data[set].map((problem) => ({ problem, trace: hits?.get(problem.id)?.[0] }));
      return [
        {
          arm: arm.name,
          set,
          context,
          prompts: firsts.length,
          withTrace: firsts.filter(({ trace }) => trace !== undefined).length,
          otherType: drawnOfType(context) ? firsts.filter(isOfOtherType).length : 0,
        },
      ];
    }),
  );
}

function isOfOtherType({ problem, trace }: { problem: Problem; trace: Trace | undefined }): boolean {
  return problem.type !== undefined && trace !== undefined && trace.type !== problem.type;
}

/** What people should know of the counts; nothing where every prompt has the trace that it should have. */
export function contextWarnings(counts: readonly ContextCount[]): RunWarning[] {
  return counts.flatMap(({ arm, set, context, prompts, withTrace, otherType }) => {
    const without = prompts - withTrace;
    const where = `arm ${arm}`;
    const of = `of ${prompts} ${set === 'train' ? 'training' : 'test'} prompts`;
    const most = 2 * without > prompts ? '; most of what this arm measures is that of prompts without a trace' : '';
    const missing = `${without} ${of} have no trace, since ${context} found none that may be shown${most}`;
    const other = `${otherType} ${of} have a random trace of another type, since none of their own may be shown`;
    return [
      ...(without > 0 ? [{ code: `no-trace-${set}`, where, text: missing }] : []),
      ...(otherType > 0 ? [{ code: `other-type-${set}`, where, text: other }] : []),
    ];
  });
}

/** Throws `data` where a side of an arm has no trace in any prompt: it would be an arm without traces under another name. */
export function refuseEmptyContexts(counts: readonly ContextCount[]): void {
  const empty = counts.find(({ prompts, withTrace }) => prompts > 0 && withTrace === 0);
  if (!empty) return;
  const { arm, set, context, prompts } = empty;
  throw new RaRftError({
    code: 'data',
    message: `arm ${arm} would have no trace in any of its ${prompts} ${set === 'train' ? 'training' : 'test'} prompts: ${context} found none that may be shown`,
    where: `arms: ${arm}.${set}`,
    expected:
      'traces that are not the problems themselves, have other answers, and (in training) are not of the unseen split',
    hint: `Give a corpus (data.corpus) with such traces, or set ${set}: none for this arm.`,
  });
}
