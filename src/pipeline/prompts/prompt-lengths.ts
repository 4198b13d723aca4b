/** Lengths of prompts before they are made: every problem and every trace is tokenised once, their pairs are sums. */
import { generationOf, labelsBySuccess, type Config } from '../../config/index.js';
import { showing, shownTraces, type Context, type Problem, type Trace } from '../../data/index.js';
import type { PromptCodec } from '../../models/index.js';

/** The part of a codec that lengths need. */
type LengthCodec = Pick<PromptCodec, 'prompt' | 'response'>;

/** Limits of a prompt and of what follows it, in tokens. */
export interface LengthLimits {
  /** The model's window: prompt and response together. */
  window: number;
  /** prompt.maxPromptTokens */
  maxPromptTokens: number;
  /** What a sampled response may take, whatever it is sampled for. */
  maxTokens: number;
}

/** The limits of a configuration on a model with this window. */
export function lengthLimits(config: Config, window: number): LengthLimits {
  const { prompt } = config;
  const answers = labelsBySuccess(config) ? (['labels'] as const) : [];
  const maxTokens = Math.max(
    ...(['rl', 'eval', ...answers] as const).map((use) => generationOf(config, use).maxTokens),
  );
  return { window, maxPromptTokens: prompt.maxPromptTokens, maxTokens };
}

/** Letters may join across the seam of problem and trace: a sum this near to a limit is tokenised whole. */
const SEAM = 16;

/** A short problem and a short trace, to measure the others with. */
const SHORT = { problem: { question: '1' }, trace: { question: '1', trace: '1' } };

/** Knows how long the prompts of problems and traces are. Remembers by id, so one object is for one data set. */
export class PromptLengths {
  readonly limits: LengthLimits;
  private readonly codec: LengthCodec;
  private readonly problems = new Map<string, { alone: number; shown: number }>();
  private readonly traces = new Map<string, number>();
  private readonly solutions = new Map<string, number>();
  private readonly contexts = new Map<string, number>();
  private short: number | undefined;

  constructor(codec: LengthCodec, limits: LengthLimits) {
    this.codec = codec;
    this.limits = limits;
  }

  /** Longest prompt of a sampled response. */
  get longest(): number {
    return Math.min(this.limits.maxPromptTokens, this.limits.window - this.limits.maxTokens);
  }

  /** Tokens of a problem's prompt, with the trace where there is one; counted exactly where they are near to `limit`. */
  prompt(problem: Problem, trace?: Trace, limit = this.longest): number {
    const sum = this.sum(problem, trace);
    return !trace || Math.abs(sum - limit) > SEAM ? sum : this.codec.prompt(problem, showing(trace)).length;
  }

  /** Exact for a problem alone; with a trace within a token or two, where letters join across the seam. */
  private sum(problem: Problem, trace: Trace | undefined): number {
    const own = this.problemLength(problem);
    if (!trace) return own.alone;
    this.short ??= this.codec.prompt(SHORT.problem, showing(SHORT.trace)).length;
    return own.shown + this.traceLength(trace) - this.short;
  }

  /** What a trace adds to any prompt; only their order matters. */
  traceLength(trace: Trace): number {
    let length = this.traces.get(trace.id);
    if (length === undefined)
      this.traces.set(trace.id, (length = this.codec.prompt(SHORT.problem, showing(trace)).length));
    return length;
  }

  /** Whether a prompt can be sampled from, by the sum: for the many pairs that are only looked through. */
  fits(problem: Problem, trace?: Trace): boolean {
    return this.sum(problem, trace) <= this.longest;
  }

  /** The same, counted exactly: for pairs that become prompts. */
  fitsExactly(problem: Problem, trace: Trace): boolean {
    return this.prompt(problem, trace) <= this.longest;
  }

  /** Tokens of a problem's prompt with any context, counted exactly. */
  withContext(problem: Problem, context: Context): number {
    const traces = shownTraces(context).map(({ id }) => id);
    const key = JSON.stringify([problem.id, context.kind === 'hint' ? context.text : traces]);
    let length = this.contexts.get(key);
    if (length === undefined) this.contexts.set(key, (length = this.codec.prompt(problem, context).length));
    return length;
  }

  /** Whether that prompt can be sampled from. */
  fitsContext(problem: Problem, context: Context): boolean {
    return this.withContext(problem, context) <= this.longest;
  }

  /** Whether a prompt and a given solution fit the window together. */
  fitsSolution(problem: Problem, solution: string, trace?: Trace): boolean {
    return this.sum(problem, trace) + this.solutionLength(solution) <= this.limits.window;
  }

  /** Whether a problem's own solution can be learnt after the prompt; a problem without solution takes no part. */
  fitsExample(problem: Problem, trace?: Trace): boolean {
    const { maxPromptTokens } = this.limits;
    const { solution } = problem;
    if (solution === undefined) return true;
    return (
      this.prompt(problem, trace, maxPromptTokens) <= maxPromptTokens && this.fitsSolution(problem, solution, trace)
    );
  }

  /** The same with any context, counted exactly. */
  fitsExampleWith(problem: Problem, context: Context): boolean {
    const { maxPromptTokens, window } = this.limits;
    const prompt = this.withContext(problem, context);
    const { solution } = problem;
    return solution === undefined || (prompt <= maxPromptTokens && prompt + this.solutionLength(solution) <= window);
  }

  /** Whether a pair can be labelled by what `labels.measure` measures: sampled answers, or the likelihood of a text. */
  fitsLabel(problem: Problem & { solution: string }, trace: Trace, { measure }: Config['labels']): boolean {
    if (measure === 'success') return this.fits(problem, trace);
    return this.fitsSolution(problem, scoredText(problem, measure), trace);
  }

  private problemLength(problem: Problem): { alone: number; shown: number } {
    let length = this.problems.get(problem.id);
    if (!length) {
      length = {
        alone: this.codec.prompt(problem).length,
        shown: this.codec.prompt(problem, showing(SHORT.trace)).length,
      };
      this.problems.set(problem.id, length);
    }
    return length;
  }

  /** Tokens of a worked solution as the policy would say it. */
  solutionLength(solution: string): number {
    let length = this.solutions.get(solution);
    if (length === undefined) this.solutions.set(solution, (length = this.codec.response(solution).length));
    return length;
  }
}

/** What the likelihood of a pair is measured of. */
export function scoredText(problem: Problem & { solution: string }, measure: Config['labels']['measure']): string {
  return measure === 'answer' ? `\\boxed{${problem.answer}}` : problem.solution;
}
