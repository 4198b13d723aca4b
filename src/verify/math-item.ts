/** One response to judge mathematically, and its verdict: what the math verifier and its threads exchange. */
import { judgeAnswer, passedOver, type MathOptions } from './math/index.js';
import type { Verdict } from './types.js';

/** A pair of texts with how to compare them. */
export interface MathItem {
  gold: string;
  response: string;
  options: MathOptions;
  /** Whether the verdict is to hold its steps. */
  steps: boolean;
}

/** Most candidates that are listed beside the one that was taken. */
const MAX_PASSED_OVER = 8;

/** Judges one item; without a clock, which is the pool's. */
export function judgeForPool({ gold, response, options, steps }: MathItem): Verdict {
  const { steps: taken, ...verdict } = judgeAnswer(gold, response, options);
  const failed = verdict.outcome === 'gold_unparseable' || verdict.outcome === 'too_costly';
  return {
    ...verdict,
    ...(failed && { reason: taken.at(-1) ?? verdict.rule }),
    ...(steps && { steps: [...taken, ...others(response, verdict.extracted, options)] }),
  };
}

/** The candidates that were passed over, a step each. */
const others = (response: string, chosen: string | undefined, options: MathOptions): string[] =>
  passedOver(response, chosen ?? '', options)
    .slice(0, MAX_PASSED_OVER)
    .map(({ text, rule }) => `passed over: ${text.slice(0, 200)} (${rule})`);
