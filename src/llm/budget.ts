/** Money and calls: what is spent, what is reserved by calls under way, and whether one more may be made. */
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

/** Room for one call. Exactly one of its functions is called, when the call has ended. */
export interface Reservation {
  /** The call was answered. */
  paid(usage: ChatUsage): void;
  /** No answer came, yet the server may charge for it: what it may cost at most stays taken. */
  lost(): void;
  /** The server refused the call; it costs nothing. */
  free(): void;
}

/** What tokens cost; null without a price. */
export function priceOf(usage: ChatUsage, price: Price | undefined): number | null {
  if (!price) return null;
  return (usage.promptTokens * price.inputUsd + usage.completionTokens * price.outputUsd) / 1e6;
}

/**
 * Keeps a command within its limits. A call reserves the most it can cost before it is sent, so what is spent does not
 * exceed the limit, and stays below it by less than the most one call can cost. A server may count more than that
 * (hidden prompts, reasoning beyond maxTokens): the first call goes alone to show it, and reservations grow with the worst
 * call seen.
 */
export class Budget {
  private readonly limits: BudgetLimits;
  private readonly price: Price | undefined;
  private readonly total = { calls: 0, lostCalls: 0, promptTokens: 0, completionTokens: 0, usd: 0, lostUsd: 0 };
  private open = { calls: 0, usd: 0 };
  private waiting: (() => void)[] = [];
  /** The most a call has cost, relative to what was reserved for it; at least 1, undefined before the first. */
  private worst: number | undefined;

  constructor(limits: BudgetLimits, price: Price | undefined) {
    this.limits = limits;
    this.price = price;
  }

  /** Room for a call of at most `atMost`; waits where calls under way may yet leave room; undefined where there is none. */
  async reserve(atMost: ChatUsage): Promise<Reservation | undefined> {
    const usd = priceOf(atMost, this.price) ?? 0;
    const mustGoAlone = () => this.limits.maxUsd > 0 && this.worst === undefined && this.open.calls > 0;
    while (mustGoAlone() || !this.fits(usd)) {
      if (this.open.calls === 0) return undefined;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    return this.take(usd);
  }

  /** As {@link reserve}, without waiting. */
  reserveNow(atMost: ChatUsage): Reservation | undefined {
    const usd = priceOf(atMost, this.price) ?? 0;
    return this.fits(usd) ? this.take(usd) : undefined;
  }

  spent(): Omit<Spending, 'cachedCalls' | 'failedCalls'> {
    const { usd, lostUsd, ...counts } = this.total;
    return { ...counts, usd: this.price ? usd : null, lostUsdAtMost: this.price ? lostUsd : null };
  }

  private fits(usd: number): boolean {
    const { maxUsd, maxCalls } = this.limits;
    const { calls, lostCalls, usd: paid, lostUsd } = this.total;
    if (maxCalls > 0 && calls + lostCalls + this.open.calls + 1 > maxCalls) return false;
    return maxUsd === 0 || paid + lostUsd + this.open.usd + usd * (this.worst ?? 1) <= maxUsd + 1e-12;
  }

  private take(bound: number): Reservation {
    const usd = bound * (this.worst ?? 1);
    this.open.calls++;
    this.open.usd += usd;
    const close = () => {
      this.open.calls--;
      this.open.usd = this.open.calls === 0 ? 0 : this.open.usd - usd;
      for (const wake of this.waiting.splice(0)) wake();
    };
    return {
      paid: (usage) => {
        this.total.calls++;
        this.total.promptTokens += usage.promptTokens;
        this.total.completionTokens += usage.completionTokens;
        const cost = priceOf(usage, this.price) ?? 0;
        this.total.usd += cost;
        this.worst = Math.max(this.worst ?? 1, bound > 0 ? cost / bound : 1);
        close();
      },
      lost: () => {
        this.total.lostCalls++;
        this.total.lostUsd += usd;
        close();
      },
      free: close,
    };
  }
}
