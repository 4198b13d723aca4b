/** Lengths of prompts with more than one trace, with hints and with fixed demonstrations. */
import { isRetrieved, type Config } from '../../config/index.js';
import { showing, type Context, type Problem, type Trace, type TraceGuard } from '../../data/index.js';
import { shownContexts, type ContextArm } from '../arms/arm-contexts.js';
import type { ProblemSet } from '../retrieve/contexts.js';
import type { DataSets } from '../data/data-sets.js';
import { limitText, Tally, type Overlong } from './overlong-tally.js';
import type { PromptLengths } from './prompt-lengths.js';

export interface ContextLengths {
  /** Longest prompt that is sampled from, in tokens; 0 where there is none. */
  longest: number;
  overlong: Overlong[];
}

interface Question {
  config: Config;
  data: Pick<DataSets, 'train' | 'test' | 'corpus'>;
  lengths: PromptLengths;
  guard: TraceGuard;
  /** Traces that a problem may be shown, the longest first. */
  longestTraces: (problem: Problem, count: number) => readonly Trace[];
}

/** A run goes on where whole traces can be left out, or hints with `prompt.overlong: skip`; a first demonstration that is too long ends it. */
export function countLongContexts(question: Question): ContextLengths {
  const looked = question.config.arms.flatMap((arm) =>
    (['train', 'test'] as const).flatMap((set) =>
      set === 'train' && arm.policyOf !== null ? [] : [lookAt(arm, set, question)],
    ),
  );
  return {
    longest: Math.max(0, ...looked.map(({ longest }) => longest)),
    overlong: distinct(looked.flatMap(({ overlong }) => overlong)),
  };
}

function lookAt(arm: ContextArm, set: ProblemSet, question: Question): ContextLengths {
  const { data, lengths } = question;
  const what = `${set === 'train' ? 'training' : 'test'} prompts`;
  const kind = (more: string, instead?: string) => ({
    what: `${what} ${more}`,
    of: data[set].length,
    limit: limitText(lengths),
    ...(instead !== undefined && { instead }),
  });
  if (isRetrieved(arm[set])) {
    const { traces } = arm.contexts;
    if (traces === 1) return { longest: 0, overlong: [] };
    const bound = new Tally(kind(`with the ${traces} longest traces allowed`, 'they show fewer traces'));
    const { longest, overlong } = measured(
      data[set],
      (problem) => [showing(...question.longestTraces(problem, traces))],
      bound,
      question,
    );
    return { longest, overlong: overlong.map((own) => ({ ...own, usual: usuallyTooLong(traces, set, question) })) };
  }
  if (arm[set] === 'none') return { longest: 0, overlong: [] };
  const skipping = question.config.prompt.overlong === 'skip';
  const shown = contextsWithoutLimit(arm, set, question);
  if (arm[set] === 'hint')
    return measured(
      data[set],
      shown,
      new Tally(kind('with a hint', skipping ? 'they get no hint' : undefined)),
      question,
    );
  const first = measured(
    data[set],
    (problem) => shown(problem).map(lastAlone),
    new Tally(kind('with the first demonstration')),
    question,
  );
  if (arm.contexts.demonstrations === 1 || first.overlong.length > 0) return first;
  const all = new Tally(kind(`with ${arm.contexts.demonstrations} demonstrations`, 'they show fewer demonstrations'));
  return measured(data[set], shown, all, question);
}

/** Problems whose prompt is too long with as many traces as the corpus has in turn: which ones retrieval finds is not known before. */
function usuallyTooLong(count: number, set: ProblemSet, { data, lengths }: Question): number {
  const { corpus } = data;
  return data[set].filter((problem, i) => {
    const traces = Array.from(
      { length: Math.min(count, corpus.length) },
      (_, t) => corpus[(i * count + t) % corpus.length]!,
    );
    return lengths.withContext(problem, showing(...traces)) > lengths.longest;
  }).length;
}

/** The best trace stands last; alone it is what stays of a prompt. */
function lastAlone(context: Context): Context {
  return context.kind === 'traces' ? showing(context.traces.at(-1)) : context;
}

function contextsWithoutLimit(arm: ContextArm, set: ProblemSet, { config, data, lengths, guard }: Question) {
  const scope = { config, data: { ...data, guard }, retrieved: new Map(), lengths };
  const source = shownContexts(arm, set, scope, () => true);
  return (problem: Problem) => source.possible(problem);
}

function measured(
  problems: readonly Problem[],
  contextsOf: (problem: Problem) => readonly Context[],
  tally: Tally,
  { lengths }: Question,
): ContextLengths {
  let longest = 0;
  for (const problem of problems) {
    const tokens = Math.max(...contextsOf(problem).map((context) => lengths.withContext(problem, context)));
    if (tokens > lengths.longest) tally.add(problem, undefined, tokens);
    // Where it is too long something is left out, and what stays is not longer than this.
    longest = Math.max(longest, Math.min(tokens, lengths.longest));
  }
  return { longest, overlong: tally.found };
}

/** Arms with the same contexts have the same lengths: each is said once. */
function distinct(overlong: readonly Overlong[]): Overlong[] {
  return [...new Map(overlong.map((own) => [JSON.stringify(own), own])).values()];
}
