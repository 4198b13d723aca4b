/** Prompts that are too long: counted before anything heavy starts, then refused, or left out and listed (prompt.overlong). */
import { isRetrieved, type Config } from '../../config/index.js';
import { RaRftError } from '../../core/errors.js';
import type { Problem, Trace, TraceGuard } from '../../data/index.js';
import type { QueryCandidates } from '../../judge/index.js';
import { countLongContexts } from './overlong-contexts.js';
import { limitText, Tally, type Overlong } from './overlong-tally.js';
import { scoredText, type PromptLengths } from './prompt-lengths.js';

/** The data that prompts are made of. */
export interface PromptData {
  train: Problem[];
  test: Problem[];
  corpus: Trace[];
}

/** What was left out of the data, and why; `kind` where it was too long (prompt.overlong: skip). */
export interface SkippedItem {
  where: string;
  message: string;
  kind?: LeftOut;
}

/** Lengths of a run's prompts. */
export interface LengthReport {
  /** Longest prompt that can be sampled from, in tokens. */
  limit: number;
  /** Longest prompt of a problem alone, and with the longest trace it may be shown; 0 where none is shown. */
  longest: { alone: number; withTrace: number };
  overlong: Overlong[];
}

export interface LengthQuestion {
  config: Config;
  data: PromptData;
  lengths: PromptLengths;
  /** Pairs to be labelled by measured utility; empty where labels need no prompts. */
  pairs: readonly QueryCandidates[];
  /** Which traces a problem may be shown, whatever their lengths. */
  guard: TraceGuard;
  /** Whether policies are trained and evaluated in this run. */
  policies: boolean;
}

/** Counts the prompts that are too long, against every limit. With `prompt.overlong: skip` traces too long for a problem are none. */
export function countOverlong(question: LengthQuestion): LengthReport {
  const { config, data, lengths, pairs, policies } = question;
  const { arms, warmup } = config;
  const skip = config.prompt.overlong === 'skip';
  const longest = { alone: 0, withTrace: 0 };
  const overlong: Overlong[] = [];
  const longestTraces = tracesByLength(question);
  const worstTrace = (problem: Problem) => longestTraces(problem, 1)[0];

  const sets = [
    ['training prompts', data.train, arms.some((arm) => isRetrieved(arm.train))],
    ['test prompts', data.test, arms.some((arm) => isRetrieved(arm.test))],
  ] as const;
  for (const [what, problems, shown] of policies ? sets : []) {
    const kind = { what, of: problems.length, limit: limitText(lengths) };
    const alone = new Tally(kind);
    const withTrace = new Tally({ ...kind, what: `${what} with the longest trace allowed` });
    for (const problem of problems) {
      const tokens = lengths.prompt(problem);
      longest.alone = Math.max(longest.alone, tokens);
      if (tokens > lengths.longest) alone.add(problem, undefined, tokens);
      const trace = shown ? worstTrace(problem) : undefined;
      if (!trace) continue;
      const pair = lengths.prompt(problem, trace);
      longest.withTrace = Math.max(longest.withTrace, pair);
      if (pair > lengths.longest && tokens <= lengths.longest) withTrace.add(problem, trace, pair);
    }
    overlong.push(...alone.found, ...withTrace.found);
  }
  if (policies) {
    const contexts = countLongContexts({ ...question, longestTraces });
    longest.withTrace = Math.max(longest.withTrace, contexts.longest);
    overlong.push(...contexts.overlong);
  }
  overlong.push(...labelPairs(pairs, lengths, config).found);
  const supervised = policies ? arms.filter(({ method, policyOf }) => method === 'sft' && policyOf === null) : [];
  if ((warmup.steps > 0 || supervised.length > 0) && !skip) {
    const shown =
      (warmup.steps > 0 && (warmup.contextShare > 0 || config.labels.alternation.times > 0)) ||
      supervised.some(({ train }) => train !== 'none');
    overlong.push(...solutionExamples(question, shown ? worstTrace : () => undefined).found);
  }
  return { limit: lengths.longest, longest, overlong };
}

/** Throws `context-length` where a run would meet prompts that are too long, with all that was counted. */
export function refuseOverlong(report: LengthReport): void {
  const overlong = report.overlong.filter(({ instead }) => instead === undefined);
  const [first, ...others] = overlong;
  if (!first) return;
  const { problemId, traceId, tokens } = first.worst;
  const said = overlong.map(({ what, count, of }) => `${count} of ${of} ${what}`);
  throw new RaRftError({
    code: 'context-length',
    message: `${said.join(', ')} ${others.length === 0 && first.count === 1 ? 'is' : 'are'} too long; the longest has ${tokens} tokens`,
    where: traceId === undefined ? `problem ${problemId}` : `problem ${problemId} with trace ${traceId}`,
    expected: first.limit,
    hint: `prompt.overlong: skip leaves such problems and traces out and counts them; or raise prompt.maxPromptTokens, lower generation.maxTokens, or use a model with a longer window.`,
  });
}

/** The data without problems that are too long by themselves, and without traces that are too long for every problem. */
export function withoutOverlong<T extends PromptData & { skipped: SkippedItem[] }>(made: T, lengths: PromptLengths): T {
  const skipped = [...made.skipped];
  const keep = <T extends { id: string }>(
    items: readonly T[],
    kind: LeftOut,
    tokens: (item: T) => number | undefined,
  ) =>
    items.filter((item) => {
      const length = tokens(item);
      if (length === undefined) return true;
      skipped.push({
        where: `${kind} ${item.id}`,
        message: `its prompt has ${length} tokens, ${limitText(lengths)}`,
        kind,
      });
      return false;
    });
  const alone = (problem: Problem) => (lengths.fits(problem) ? undefined : lengths.prompt(problem));
  const train = keep(made.train, 'training problem', alone);
  const test = keep(made.test, 'test problem', alone);
  const shortest = [...train, ...test].reduce<Problem | undefined>(
    (a, b) => (a && lengths.prompt(a) <= lengths.prompt(b) ? a : b),
    undefined,
  );
  const corpus = keep(made.corpus, 'trace', (trace) =>
    !shortest || lengths.fits(shortest, trace) ? undefined : lengths.prompt(shortest, trace),
  );
  for (const [kept, all, what] of [
    [train, made.train, 'training problems'],
    [test, made.test, 'test problems'],
    [corpus, made.corpus, 'traces'],
  ] as const)
    if (kept.length === 0 && all.length > 0) throw nothingFits(what, all.length, lengths);
  return { ...made, train, test, corpus, skipped };
}

function nothingFits(what: string, count: number, lengths: PromptLengths): RaRftError {
  return new RaRftError({
    code: 'context-length',
    message: `all ${count} ${what} are too long, so prompt.overlong: skip would leave none`,
    where: 'prompt.overlong',
    expected: `some with ${limitText(lengths)}`,
    hint: 'Raise prompt.maxPromptTokens, lower generation.maxTokens, or use a model with a longer window.',
  });
}

/** Pairs of the problems and traces that stay of which the trace is too long for the problem, and so is never shown with it. */
export function countLongPairs({ train, test, corpus }: PromptData, lengths: PromptLengths): number {
  const longestFirst = corpus.toSorted((a, b) => lengths.traceLength(b) - lengths.traceLength(a));
  return [...train, ...test].reduce((sum, problem) => {
    const fitting = longestFirst.findIndex((trace) => lengths.fits(problem, trace));
    return sum + (fitting < 0 ? corpus.length : fitting);
  }, 0);
}

/** What `prompt.overlong: skip` may leave out. */
export type LeftOut = 'training problem' | 'test problem' | 'trace';

/** The longest traces that a problem may be shown, longest first; with `skip`, of those that fit. */
function tracesByLength({ config, data, lengths, guard }: LengthQuestion) {
  const longestFirst = data.corpus.toSorted((a, b) => lengths.traceLength(b) - lengths.traceLength(a));
  const skip = config.prompt.overlong === 'skip';
  const shows = (problem: Problem, trace: Trace) =>
    guard.mayShow(problem, trace) && (!skip || lengths.fits(problem, trace));
  return (problem: Problem, count: number): Trace[] => {
    const found: Trace[] = [];
    for (const trace of longestFirst) {
      if (found.length === count) break;
      if (shows(problem, trace)) found.push(trace);
    }
    return found;
  };
}

/** Pairs whose prompt and solution are scored, or whose prompt is sampled from. */
function labelPairs(pairs: readonly QueryCandidates[], lengths: PromptLengths, { labels }: Config): Tally {
  const sampled = labels.measure === 'success';
  const limit = sampled
    ? limitText(lengths)
    : `at most ${lengths.limits.window} tokens with the solution: the model's window`;
  const of = pairs.reduce((sum, q) => sum + q.candidates.length, 0);
  const tally = new Tally({ what: 'label pairs', of, limit, instead: 'they get no label' });
  for (const { problem, candidates } of pairs) {
    const solution = scoredText(problem, labels.measure);
    for (const trace of candidates) {
      if (lengths.fitsLabel(problem, trace, labels)) continue;
      const tokens = lengths.prompt(problem, trace) + (sampled ? 0 : lengths.solutionLength(solution));
      tally.add(problem, trace, tokens);
    }
  }
  return tally;
}

/** Worked solutions after their prompts, as warm-up and supervised arms learn them. */
function solutionExamples(
  { config, data, lengths }: LengthQuestion,
  worstTrace: (p: Problem) => Trace | undefined,
): Tally {
  const solved = data.train.filter((p): p is Problem & { solution: string } => p.solution !== undefined);
  const { window, maxPromptTokens } = lengths.limits;
  const limit = `at most ${maxPromptTokens} tokens (prompt.maxPromptTokens), and ${window} with the solution: the model's window`;
  const what = config.warmup.steps > 0 ? 'warm-up examples' : 'supervised examples';
  const tally = new Tally({ what, of: solved.length, limit });
  for (const problem of solved) {
    const trace = worstTrace(problem);
    if (!lengths.fitsExample(problem, trace))
      tally.add(problem, trace, lengths.prompt(problem, trace) + lengths.solutionLength(problem.solution));
  }
  return tally;
}
