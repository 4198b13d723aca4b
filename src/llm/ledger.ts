/**
 * What every call cost, in an append-only file beside the cache of replies. A call is written down at its most before it is
 * sent, so limits hold over restarts, also where a kill came between the question and the answer.
 */
import { openWhole } from '../core/closing.js';
import { JsonlWriter, readJsonl } from '../core/jsonl.js';

/** One line; the last one of a call holds. */
export interface CallLine {
  /** From 0, in the order of the reservations. */
  call: number;
  /** Of the request. */
  key: string;
  /** `sent` without a later line: no answer came, the server may have charged for it. `free`: refused, costs nothing. */
  state: 'sent' | 'paid' | 'free';
  /** At most where it is `sent`; null where no price was known. */
  usd: number | null;
}

export class CallLedger {
  private readonly writer: JsonlWriter;
  private readonly lines: CallLine[] = [];
  private readonly lastByKey = new Map<string, number>();
  private counted = 0;
  private sum = 0;

  private constructor(writer: JsonlWriter) {
    this.writer = writer;
  }

  /** Opens or makes the file. One process at a time: whoever holds the cache. */
  static async open(path: string): Promise<CallLedger> {
    return openWhole(async (own) => {
      const ledger = new CallLedger(own(await JsonlWriter.open(path)));
      for await (const { value } of readJsonl<CallLine>(path)) ledger.count(value);
      return ledger;
    });
  }

  /** Calls over the life of the file: paid, lost and under way. */
  get calls(): number {
    return this.counted;
  }

  /** What they cost, those without an answer at their most, in USD. */
  get usd(): number {
    return this.sum;
  }

  /** The number of a call that is not made yet. */
  nextCall(): number {
    return this.lines.length;
  }

  /** The last call of a request, made by whichever command. */
  lastCall(key: string): number | undefined {
    return this.lastByKey.get(key);
  }

  /** Counts a call as this line has it, in place of an earlier line. */
  count(line: CallLine): void {
    const before = this.lines[line.call];
    this.counted += Number(line.state !== 'free') - Number(before !== undefined && before.state !== 'free');
    this.sum += (line.usd ?? 0) - (before?.usd ?? 0);
    this.lines[line.call] = line;
    this.lastByKey.set(line.key, line.call);
  }

  /** As {@link count}, and in the file. */
  async write(line: CallLine): Promise<void> {
    this.count(line);
    await this.writer.append(line);
  }

  close(): Promise<void> {
    return this.writer.close();
  }
}
