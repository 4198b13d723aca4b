/** The contexts of an arm's prompts, at training and at test: its settings, put together with what was retrieved and what fits. */
import { isRetrieved, type ArmConfig, type Config } from '../../config/index.js';
import { hashJson } from '../../core/hash.js';
import { Rng } from '../../core/rng.js';
import { showing, shownTraces, type Context, type Problem, type Trace } from '../../data/index.js';
import {
  alone,
  always,
  composed,
  drawDemonstrations,
  hints,
  traceContexts,
  type ContextSource,
  type Fits,
} from '../../rl/index.js';
import { hitsOf, type ProblemSet, type Retrieved } from '../retrieve/contexts.js';
import type { DataSets } from '../data/data-sets.js';
import type { PromptLengths } from '../prompts/prompt-lengths.js';

/** The part of an arm that contexts are made of. */
export type ContextArm = Pick<ArmConfig, 'train' | 'test' | 'contexts'>;

/** What the contexts of a run are made of. */
export interface ContextScope {
  config: Pick<Config, 'seed' | 'rl' | 'prompt' | 'retrievers'>;
  data: Pick<DataSets, 'train' | 'corpus' | 'guard'>;
  retrieved: Retrieved;
  lengths: Pick<PromptLengths, 'fitsContext'>;
}

/** Contexts of the training prompts, with all that the arm's settings say of when they are shown. */
export function trainingContexts(arm: ContextArm, scope: ContextScope): ContextSource {
  return composed(shownContexts(arm, 'train', scope), arm.contexts);
}

/** The one context of each test prompt. */
export function testContextOf(arm: ContextArm, scope: ContextScope): (problem: Problem) => Context {
  const source = shownContexts(arm, 'test', scope);
  return (problem) => source.possible(problem)[0]!;
}

/** The contexts of one side of an arm whenever they are shown. `fits` may be another rule than the prompt's limits, to count what they take. */
export function shownContexts(
  arm: ContextArm,
  set: ProblemSet,
  scope: ContextScope,
  fits: Fits = (problem, context) => scope.lengths.fitsContext(problem, context),
): ContextSource {
  const { hintShares, traces, spread, demonstrations } = arm.contexts;
  const name = arm[set];
  if (name === 'none') return alone;
  if (name === 'hint') return hints({ shares: hintShares, steps: scope.config.rl.steps, fits });
  const fixed = name === 'fixed';
  const hits = fixed ? demonstrationsOf(set, demonstrations, scope) : hitsOf(name, scope.retrieved);
  const shown = { traces: fixed ? demonstrations : traces, spread: fixed || set === 'test' ? 1 : spread };
  return always((problem) => traceContexts(problem, hits(problem), shown, fits));
}

/** The demonstrations of a run in their order, of which a problem is shown the first that it may meet and that are not too long for it. */
function demonstrationsOf(
  set: ProblemSet,
  count: number,
  { config, data, lengths }: ContextScope,
): (problem: Problem) => readonly Trace[] {
  const drawn = drawDemonstrations(data, count, Rng.fromSeed(config.seed).fork('demonstrations'));
  const skipping = config.prompt.overlong === 'skip';
  const { guard } = data;
  return (problem) =>
    drawn.filter(
      (trace) =>
        (set === 'train' ? guard.mayTeach(problem, trace) : guard.mayShow(problem, trace)) &&
        (!skipping || lengths.fitsContext(problem, showing(trace))),
    );
}

/** Names all that one side of an arm may show these problems: what its results depend on beside its settings. */
export function shownKey(
  arm: ContextArm,
  set: ProblemSet,
  problems: readonly Problem[],
  scope: ContextScope,
): string | null {
  if (arm[set] === 'none') return null;
  const source = shownContexts(arm, set, scope);
  return hashJson(problems.map((problem) => source.possible(problem).map(shortOf)));
}

function shortOf(context: Context): unknown {
  return context.kind === 'hint' ? { hint: context.text } : shownTraces(context).map(({ id }) => id);
}

/** The settings of one side of an arm that its contexts depend on; those that change nothing are left out. */
export function contextSettings(arm: ContextArm, set: ProblemSet, { rl }: Pick<Config, 'rl'>): Record<string, unknown> {
  const { traces, spread, demonstrations, hintShares, drop, annealSteps, onlyAfterAllWrong } = arm.contexts;
  const name = arm[set];
  const training = set === 'train' && name !== 'none';
  return {
    ...(isRetrieved(name) && traces > 1 && { traces }),
    ...(name === 'fixed' && { demonstrations }),
    // Each share has an equal part of the steps: with more steps the earlier ones would have been others.
    ...(name === 'hint' && { hintShares, hintSteps: rl.steps }),
    ...(training && spread > 1 && { spread }),
    ...(training && drop > 0 && { drop }),
    ...(training && annealSteps > 0 && { annealSteps }),
    ...(training && onlyAfterAllWrong && { onlyAfterAllWrong }),
  };
}
