/** Money and calls: what is spent, what is reserved by calls under way, and whether one more may be made. */
import type { CallLedger, CallLine } from './ledger.js';
import type { ChatUsage, Spending } from './types.js';

/** Price of a million tokens. */
export interface Price {
  inputUsd: number;
  outputUsd: number;
}

export interface BudgetLimits {
  /** 0: no limit. */
  maxUsd: number;
  /** 0: no limit. */
  maxCalls: number;
}

/** Room for one call: `sent` before it leaves, and exactly one of the others when it has ended. */
export interface Reservation {
  /** Writes the call down at its most; await it before the call is made. */
  sent(): Promise<void>;
  /** The call was answered. */
  paid(usage: ChatUsage): Promise<void>;
  /** No answer came, yet the server may charge for it: what it may cost at most stays taken. */
  lost(): void;
  /** The server refused the call, or it was never made; it costs nothing. */
  free(): Promise<void>;
}

/** What tokens cost; null without a price. */
export function priceOf(usage: ChatUsage, price: Price | undefined): number | null {
  if (!price) return null;
  return (usage.promptTokens * price.inputUsd + usage.completionTokens * price.outputUsd) / 1e6;
}

/** For servers whose calls nobody counts. */
export const withoutLimit: Pick<Budget, 'reserve'> = {
  reserve: () =>
    Promise.resolve({
      sent: () => Promise.resolve(),
      paid: () => Promise.resolve(),
      lost: () => {},
      free: () => Promise.resolve(),
    }),
};

/** How far a prompt may exceed the worst relation of tokens to bytes seen so far. */
const PROMPT_MARGIN = 1.1;
/** What adding up many small prices may be off by. */
const ROUNDING_USD = 1e-9;

/**
 * Keeps a run within its limits: all calls that its ledger knows count, those of earlier commands too. A call reserves the
 * most it can cost before it is sent, so what is spent does not exceed the limit, and stays below it by less than the most
 * one call can cost. The first call of a command goes alone: it shows how many tokens the server counts for so many bytes,
 * and whether it counts more than was sent (hidden prompts, reasoning beyond maxTokens); reservations follow the worst call
 * seen.
 */
export class Budget {
  private readonly limits: BudgetLimits;
  private readonly price: Price | undefined;
  private readonly ledger: CallLedger;
  /** Of this command. */
  private readonly total = { calls: 0, lostCalls: 0, promptTokens: 0, completionTokens: 0, usd: 0, lostUsd: 0 };
  private underWay = 0;
  private waiting: (() => void)[] = [];
  /** The most tokens that a paid call took, relative to {@link usageAtMost}; undefined before the first. */
  private worst: { prompt: number; completion: number } | undefined;

  constructor(limits: BudgetLimits, price: Price | undefined, ledger: CallLedger) {
    this.limits = limits;
    this.price = price;
    this.ledger = ledger;
  }

  /**
   * Room for a call of at most `atMost` for the request of this key; waits where calls under way may yet leave room;
   * undefined where there is none.
   */
  async reserve(key: string, atMost: ChatUsage): Promise<Reservation | undefined> {
    const mustGoAlone = () => this.limits.maxUsd > 0 && this.worst === undefined && this.underWay > 0;
    while (mustGoAlone() || !this.fits(atMost)) {
      if (this.underWay === 0) return undefined;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    return this.take(key, atMost);
  }

  /** As {@link reserve}, without waiting. */
  reserveNow(key: string, atMost: ChatUsage): Reservation | undefined {
    return this.fits(atMost) ? this.take(key, atMost) : undefined;
  }

  /** The reply to a call that an earlier command made and this one collects: it is paid, whatever the limits. */
  async late(key: string, usage: ChatUsage): Promise<void> {
    const usd = this.addPaid(usage);
    const call = this.ledger.lastCall(key) ?? this.ledger.nextCall();
    await this.ledger.write({ call, key, state: 'paid', usd });
  }

  spent(): Omit<Spending, 'cachedCalls' | 'failedCalls'> {
    const { usd, lostUsd, ...counts } = this.total;
    const { calls: callsInAll, usd: usdInAll } = this.ledger;
    if (!this.price) return { ...counts, usd: null, lostUsdAtMost: null, callsInAll, usdInAll: null };
    return { ...counts, usd, lostUsdAtMost: lostUsd, callsInAll, usdInAll };
  }

  /** Price of a call at most, by what calls have cost so far; null without a price. */
  private bound({ promptTokens, completionTokens }: ChatUsage): number | null {
    const { prompt, completion } = this.worst ?? { prompt: 1, completion: 1 };
    const usage = { promptTokens: promptTokens * prompt, completionTokens: completionTokens * completion };
    return priceOf(usage, this.price);
  }

  private fits(atMost: ChatUsage): boolean {
    const { maxUsd, maxCalls } = this.limits;
    if (maxCalls > 0 && this.ledger.calls + 1 > maxCalls) return false;
    return maxUsd === 0 || this.ledger.usd + (this.bound(atMost) ?? 0) <= maxUsd + ROUNDING_USD;
  }

  private take(key: string, atMost: ChatUsage): Reservation {
    const usd = this.bound(atMost);
    const sent: CallLine = { call: this.ledger.nextCall(), key, state: 'sent', usd };
    this.ledger.count(sent);
    this.underWay++;
    const close = () => {
      this.underWay--;
      for (const wake of this.waiting.splice(0)) wake();
    };
    return {
      sent: () => this.ledger.write(sent),
      paid: (usage) => {
        const written = this.ledger.write({ ...sent, state: 'paid', usd: this.addPaid(usage) });
        this.worst = {
          prompt: Math.max(this.worst?.prompt ?? 0, (PROMPT_MARGIN * usage.promptTokens) / atMost.promptTokens),
          completion: Math.max(
            this.worst?.completion ?? 1,
            usage.completionTokens / Math.max(1, atMost.completionTokens),
          ),
        };
        close();
        return written;
      },
      lost: () => {
        this.total.lostCalls++;
        this.total.lostUsd += usd ?? 0;
        close();
      },
      free: () => {
        const written = this.ledger.write({ ...sent, state: 'free', usd: 0 });
        close();
        return written;
      },
    };
  }

  /** Adds an answered call to what this command has spent; returns its price. */
  private addPaid(usage: ChatUsage): number | null {
    const usd = priceOf(usage, this.price);
    this.total.calls++;
    this.total.promptTokens += usage.promptTokens;
    this.total.completionTokens += usage.completionTokens;
    this.total.usd += usd ?? 0;
    return usd;
  }
}
