/** Questions that wait for a search become one search: encoding and scoring several at once costs far less than one after the other. */
import type { FindOptions, FoundTrace } from '../retriever/index.js';

/** What `Retriever` of ra-rft/retriever does with several questions. */
export interface SearchesSeveral {
  search(questions: readonly string[], options: FindOptions): Promise<FoundTrace[][]>;
}

interface Waiting {
  question: string;
  options: FindOptions;
  /** Equal where one search can answer both. */
  key: string;
  signal: AbortSignal | undefined;
  done: (found: FoundTrace[]) => void;
  failed: (error: unknown) => void;
}

const MOST = 32;

/** Searches for one question each, of which those that come while another is under way are answered by the next. */
export class TogetherSearch {
  private readonly inner: SearchesSeveral;
  private waiting: Waiting[] = [];
  private running = false;

  constructor(inner: SearchesSeveral) {
    this.inner = inner;
  }

  search(question: string, { signal, ...options }: FindOptions): Promise<FoundTrace[]> {
    return new Promise((done, failed) => {
      const { exclude, ...others } = options;
      const key = JSON.stringify([others, exclude && [...exclude]]);
      this.waiting.push({ question, options, key, signal, done, failed });
      if (!this.running) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.running = true;
    for (let next = this.take(); next.length > 0; next = this.take()) await this.answer(next);
    this.running = false;
  }

  /** The first that waits, with those that one search can answer with it. Callers that went away are told and left out. */
  private take(): Waiting[] {
    const gone = (one: Waiting) => one.signal?.aborted === true;
    for (const one of this.waiting.filter(gone)) one.failed(one.signal?.reason);
    this.waiting = this.waiting.filter((one) => !gone(one));
    const key = this.waiting[0]?.key;
    const taken = this.waiting.filter((one) => one.key === key).slice(0, MOST);
    this.waiting = this.waiting.filter((one) => !taken.includes(one));
    return taken;
  }

  /** Never rejects. Where several fail together each is asked alone, so that one faulty question fails for itself. */
  private async answer(asked: readonly Waiting[]): Promise<void> {
    const [first] = asked;
    if (!first) return;
    try {
      const found_Q = await this.inner.search(
        asked.map(({ question }) => question),
        first.options,
      );
      asked.forEach(({ done }, q) => done(found_Q[q] ?? []));
    } catch (error) {
      if (asked.length === 1) first.failed(error);
      else for (const one of asked) await this.answer([one]);
    }
  }
}
