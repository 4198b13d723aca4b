/** Notices that a language model is of no use: that not one of its replies could be used. */
import { RaRftError } from '../core/errors.js';

/** So many useless replies before the first useful one, and there is no point in paying for more. */
const HOPELESS = 64;

export class ReplyTally {
  private readonly asked: { wanted: string; things: string };
  private readonly reasons: string[] = [];
  private useful = 0;

  /** What is asked for, and for what: a `verdict` for `pairs`. */
  constructor(asked: { wanted: string; things: string }) {
    this.asked = asked;
  }

  /** Counts what one request came to: a reply of use, or why there is none. */
  add(failed?: string): void {
    if (failed === undefined) this.useful++;
    else this.reasons.push(failed);
  }

  /** Requests that came to nothing. */
  get failed(): number {
    return this.reasons.length;
  }

  /** Whether many requests came to nothing before the first one came to something. */
  get hopeless(): boolean {
    return this.useful === 0 && this.reasons.length >= HOPELESS;
  }

  /** The error of a model that was of no use, with the first reason and the counts. */
  useless(): RaRftError {
    const { wanted, things } = this.asked;
    const [first = ''] = this.reasons;
    const [bad, alike] = [this.reasons.length, this.reasons.filter((reason) => reason === first).length];
    return new RaRftError({
      code: 'llm',
      message: `the language model gave no ${wanted} for ${bad} of ${bad + this.useful} ${things}; the first reason, ${alike} times: ${first}`,
      where: 'llm.model',
      expected: `a model that gives a ${wanted} in the form that is asked for`,
      hint: 'Check llm.model and llm.baseUrl; where replies are cut off, allow longer ones. What was replied stands in llm-replies.jsonl (or llm.cache) and is not asked for again: remove that file where the server itself was mended.',
    });
  }
}
