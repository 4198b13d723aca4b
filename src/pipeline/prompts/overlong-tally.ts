/** Prompts of one kind that are too long, counted, with the longest of them. */
import type { Problem, Trace } from '../../data/index.js';
import type { PromptLengths } from './prompt-lengths.js';

/** One kind of prompt of which some are too long. */
export interface Overlong {
  /** `training prompts`, `label pairs`, ... */
  what: string;
  count: number;
  of: number;
  /** The longest of them. */
  worst: { problemId: string; traceId?: string; tokens: number };
  /** What it would have to keep, in words. */
  limit: string;
  /** What becomes of them, in words; undefined where a run would end at them. */
  instead?: string;
  /** How many are too long with traces as the corpus has them in turn, where `count` is with the longest. */
  usual?: number;
}

/** Counts one kind, and keeps the longest. */
export class Tally {
  private count = 0;
  private worst: Overlong['worst'] | undefined;
  private readonly kind: Pick<Overlong, 'what' | 'of' | 'limit' | 'instead'>;

  constructor(kind: Pick<Overlong, 'what' | 'of' | 'limit' | 'instead'>) {
    this.kind = kind;
  }

  add(problem: Problem, trace: Trace | undefined, tokens: number): void {
    this.count++;
    if (tokens <= (this.worst?.tokens ?? -1)) return;
    this.worst = { problemId: problem.id, ...(trace && { traceId: trace.id }), tokens };
  }

  get found(): Overlong[] {
    const { count, worst, kind } = this;
    return worst ? [{ ...kind, count, worst }] : [];
  }
}

/** The limit of a prompt that is sampled from, in words. */
export function limitText({ limits: { window, maxPromptTokens, maxTokens }, longest }: PromptLengths): string {
  return longest < maxPromptTokens
    ? `at most ${longest} tokens: the model's window of ${window} less ${maxTokens} for the response`
    : `at most ${maxPromptTokens} tokens (prompt.maxPromptTokens)`;
}
