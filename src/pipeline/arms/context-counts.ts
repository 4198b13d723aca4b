/** How many prompts of each arm have their context: an arm whose retriever finds nothing is another arm under its name. */
import type { ArmConfig } from '../../config/index.js';
import { RaRftError } from '../../core/errors.js';
import type { RunWarning } from '../../runs/warnings.js';
import { shownTraces, type Context, type Problem, type Trace } from '../../data/index.js';
import { hintOf } from '../../rl/index.js';
import { shownContexts, type ContextArm, type ContextScope } from './arm-contexts.js';
import type { ProblemSet } from '../retrieve/contexts.js';
import type { DataSets } from '../data/data-sets.js';

/** What the counts need of an arm. */
type CountedArm = ContextArm & Pick<ArmConfig, 'name' | 'policyOf'>;

/** One side of an arm: prompts that should have a context, and those that do. */
export interface ContextCount {
  arm: string;
  set: ProblemSet;
  context: string;
  prompts: number;
  /** Problems with a trace in some prompt of theirs; with a hint, where the context is that. */
  withTrace: number;
  /** Prompts with a random trace of another type, because none of the problem's own may be shown. */
  otherType: number;
  /** Traces left out of prompts that would be too long with them, and the problems that this is so of. */
  leftOut: { traces: number; problems: number };
  /** Problems without a hint, for each share of the solution, by the reason. */
  withoutHint?: { share: number; reasons: Record<string, number> }[];
}

/** Counts for every side of an arm that takes contexts; a policy that is borrowed counts at its owner. */
export function countContexts(
  arms: readonly CountedArm[],
  data: Pick<DataSets, 'train' | 'test'>,
  scope: ContextScope,
): ContextCount[] {
  return arms.flatMap((arm) =>
    (['train', 'test'] as const).flatMap((set): ContextCount[] => {
      const context = arm[set];
      if (context === 'none' || (set === 'train' && arm.policyOf !== null)) return [];
      const source = shownContexts(arm, set, scope);
      const shown = data[set].map((problem) => ({ problem, contexts: source.possible(problem).filter(isShown) }));
      return [
        {
          arm: arm.name,
          set,
          context,
          prompts: shown.length,
          withTrace: shown.filter(({ contexts }) => contexts.length > 0).length,
          otherType: isDrawnOfType(context, scope)
            ? shown.filter(({ problem, contexts }) => isOfOtherType(problem, contexts)).length
            : 0,
          leftOut: countLeftOut(shown, arm, set, scope),
          ...(context === 'hint' && { withoutHint: countWithoutHint(arm, data[set], scope) }),
        },
      ];
    }),
  );
}

/** Whether traces under this name are drawn at random from those of the problem's type. */
function isDrawnOfType(name: string, { config }: ContextScope): boolean {
  const entry = config.retrievers[name];
  return entry?.kind === 'random' && entry.sameType;
}

interface Shown {
  problem: Problem;
  contexts: readonly Context[];
}

function isShown({ kind }: Context): boolean {
  return kind !== 'none';
}

function tracesOf(contexts: readonly Context[]): Trace[] {
  return contexts.flatMap((context) => shownTraces(context));
}

function isOfOtherType({ type }: Problem, contexts: readonly Context[]): boolean {
  return type !== undefined && tracesOf(contexts).some((trace) => trace.type !== type);
}

function countLeftOut(shown_N: readonly Shown[], arm: ContextArm, set: ProblemSet, scope: ContextScope) {
  const unlimited = shownContexts(arm, set, scope, () => true);
  const missing = shown_N.map(
    ({ problem, contexts }) => tracesOf(unlimited.possible(problem)).length - tracesOf(contexts).length,
  );
  return { traces: missing.reduce((a, b) => a + b, 0), problems: missing.filter((n) => n > 0).length };
}

function countWithoutHint({ contexts }: ContextArm, problems: readonly Problem[], { lengths }: ContextScope) {
  return contexts.hintShares.map((share) => {
    const reasons: Record<string, number> = {};
    for (const problem of problems) {
      const hint = hintOf(problem, share);
      const reason = 'missing' in hint ? hint.missing : fits(problem, hint.text) ? undefined : 'too-long';
      if (reason !== undefined) reasons[reason] = (reasons[reason] ?? 0) + 1;
    }
    return { share, reasons };
  });

  function fits(problem: Problem, text: string): boolean {
    return lengths.fitsContext(problem, { kind: 'hint', text });
  }
}

const REASONS: Record<string, string> = {
  'no-solution': 'have no solution',
  'too-short': 'begin with a sentence that is longer than that',
  answer: 'say the answer at once',
  'too-long': 'would be too long with it',
};

/** What people should know of the counts; nothing where every prompt has the context that it should have. */
export function contextWarnings(counts: readonly ContextCount[]): RunWarning[] {
  return counts.flatMap((count) => {
    const { arm, set, context, prompts, withTrace, otherType, leftOut } = count;
    const without = prompts - withTrace;
    const where = `arm ${arm}`;
    const of = `of ${prompts} ${set === 'train' ? 'training' : 'test'} prompts`;
    const most = 2 * without > prompts ? '; most of what this arm measures is that of prompts without a trace' : '';
    const missing = `${without} ${of} have no trace, since ${context} found none that may be shown${most}`;
    const other = `${otherType} ${of} have a random trace of another type, since none of their own may be shown`;
    const left = `${leftOut.traces} traces are left out of ${leftOut.problems} ${of}, which would be too long with them; prompt.maxPromptTokens or fewer traces (contexts.traces, contexts.demonstrations) change that`;
    return [
      ...hintWarnings(count),
      ...(without > 0 && context !== 'hint' ? [{ code: `no-trace-${set}`, where, text: missing }] : []),
      ...(otherType > 0 ? [{ code: `other-type-${set}`, where, text: other }] : []),
      ...(leftOut.traces > 0 ? [{ code: `traces-left-out-${set}`, where, text: left }] : []),
    ];
  });
}

function hintWarnings({ arm, prompts, withoutHint = [] }: ContextCount): RunWarning[] {
  return withoutHint.flatMap(({ share, reasons }) => {
    const without = Object.values(reasons).reduce((a, b) => a + b, 0);
    if (without === 0) return [];
    const why = Object.entries(reasons).map(([reason, count]) => `${count} ${REASONS[reason]}`);
    const text = `${without} of ${prompts} training problems get no hint of ${share} of their solution: ${why.join(', ')}`;
    return [{ code: `no-hint-${share}`, where: `arm ${arm}`, text }];
  });
}

/** Throws `data` where a side of an arm has no context in any prompt: it would be an arm without under another name. */
export function refuseEmptyContexts(counts: readonly ContextCount[]): void {
  const empty = counts.find(({ prompts, withTrace }) => prompts > 0 && withTrace === 0);
  if (!empty) return;
  const { arm, set, context, prompts } = empty;
  const place = `${prompts} ${set === 'train' ? 'training' : 'test'} prompts`;
  if (context === 'hint') {
    throw new RaRftError({
      code: 'data',
      message: `arm ${arm} would have no hint in any of its ${place}`,
      where: `arms: ${arm}.${set}`,
      expected: 'training problems with a solution of several sentences, of which the first does not say the answer',
      hint: `Give solutions (data.problems.fields.solution) or larger shares (contexts.hintShares), or set ${set}: none for this arm.`,
    });
  }
  throw new RaRftError({
    code: 'data',
    message: `arm ${arm} would have no trace in any of its ${place}: ${context} found none that may be shown`,
    where: `arms: ${arm}.${set}`,
    expected:
      'traces that are not the problems themselves, have other answers, and (in training) are not of the unseen split',
    hint: `Give a corpus (data.corpus) with such traces, or set ${set}: none for this arm.`,
  });
}
