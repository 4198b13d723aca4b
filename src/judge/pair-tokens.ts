/** Pairs as tokens: the demonstration is the shared prompt, question and solution of each query are the responses. */
import { showing, type Context } from '../data/context.js';
import type { Tokens } from '../engine/types.js';
import type { PlannedPair } from './score-plan.js';

/** What scoring needs of the models' `PromptCodec`. */
export interface PairCodec {
  /** The prompt cut into what all problems with this context share, and the rest. */
  split(
    problem: { question: string },
    context: Context<{ question: string; trace: string }>,
  ): { prefix: Tokens; rest: Tokens };
  /** A worked solution as the policy should say it, the ending token included. */
  response(solution: string): Tokens;
}

/** One pair: `prefix`, then `rest` (the query), then `solution`. */
export interface PairTokens {
  prefix: Tokens;
  rest: Tokens;
  solution: Tokens;
}

/**
 * Tokenises pairs. What stands between demonstration and question is fixed by the layout, so a query's rest is the same
 * after every demonstration, and a demonstration's prefix before every query. Both are therefore kept, once two
 * pairs have shown it; a layout for which it does not hold is tokenised pair by pair.
 */
export class PairTokenizer {
  private readonly codec: PairCodec;
  private readonly prefixes = new Map<string, Tokens>();
  private readonly rests = new Map<string, { rest: Tokens; solution: Tokens; confirmed: boolean }>();
  private separable = true;

  constructor(codec: PairCodec) {
    this.codec = codec;
  }

  tokens({ problem, trace }: Omit<PlannedPair, 'key'>): PairTokens {
    const known = this.rests.get(problem.id);
    const prefix = this.prefixes.get(trace.id);
    if (this.separable && known?.confirmed && prefix) return { prefix, rest: known.rest, solution: known.solution };
    const split = this.codec.split(problem, showing(trace));
    const solution = known?.solution ?? this.codec.response(problem.solution);
    if ((known && !same(known.rest, split.rest)) || (prefix && !same(prefix, split.prefix))) this.separable = false;
    this.rests.set(problem.id, { rest: split.rest, solution, confirmed: known !== undefined });
    this.prefixes.set(trace.id, split.prefix);
    return { ...split, solution };
  }
}

function same(a: Tokens, b: Tokens): boolean {
  return a.length === b.length && a.every((token, i) => token === b[i]);
}
