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

/** How far a prompt may exceed the worst relation of tokens to bytes seen so far. */
const PROMPT_MARGIN = 1.1;

/**
 * Keeps a command within its limits. A call reserves the most it can cost before it is sent, so what is spent does not
 * exceed the limit, and stays below it by less than the most one call can cost. The first call goes alone: it shows how
 * many tokens the server counts for so many bytes, and whether it counts more than was sent (hidden prompts, reasoning
 * beyond maxTokens); reservations follow the worst call seen.
 */
export class Budget {
  private readonly limits: BudgetLimits;
  private readonly price: Price | undefined;
  private readonly total = { calls: 0, lostCalls: 0, promptTokens: 0, completionTokens: 0, usd: 0, lostUsd: 0 };
  private open = { calls: 0, usd: 0 };
  private waiting: (() => void)[] = [];
  /** The most tokens that a paid call took, relative to {@link usageAtMost}; undefined before the first. */
  private worst: { prompt: number; completion: number } | undefined;

  constructor(limits: BudgetLimits, price: Price | undefined) {
    this.limits = limits;
    this.price = price;
  }

  /** Room for a call of at most `atMost`; waits where calls under way may yet leave room; undefined where there is none. */
  async reserve(atMost: ChatUsage): Promise<Reservation | undefined> {
    const mustGoAlone = () => this.limits.maxUsd > 0 && this.worst === undefined && this.open.calls > 0;
    while (mustGoAlone() || !this.fits(this.bound(atMost))) {
      if (this.open.calls === 0) return undefined;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    return this.take(atMost);
  }

  /** As {@link reserve}, without waiting. */
  reserveNow(atMost: ChatUsage): Reservation | undefined {
    return this.fits(this.bound(atMost)) ? this.take(atMost) : undefined;
  }

  /** For a call that an earlier command made and this one collects: it is paid, whatever the limits. */
  late(): Reservation {
    return this.take({ promptTokens: 0, completionTokens: 0 });
  }

  spent(): Omit<Spending, 'cachedCalls' | 'failedCalls'> {
    const { usd, lostUsd, ...counts } = this.total;
    return { ...counts, usd: this.price ? usd : null, lostUsdAtMost: this.price ? lostUsd : null };
  }

  /** Price of a call at most, by what calls have cost so far. */
  private bound({ promptTokens, completionTokens }: ChatUsage): number {
    const { prompt, completion } = this.worst ?? { prompt: 1, completion: 1 };
    const usage = { promptTokens: promptTokens * prompt, completionTokens: completionTokens * completion };
    return priceOf(usage, this.price) ?? 0;
  }

  private fits(usd: number): boolean {
    const { maxUsd, maxCalls } = this.limits;
    const { calls, lostCalls, usd: paid, lostUsd } = this.total;
    if (maxCalls > 0 && calls + lostCalls + this.open.calls + 1 > maxCalls) return false;
    return maxUsd === 0 || paid + lostUsd + this.open.usd + usd <= maxUsd + 1e-12;
  }

  private take(atMost: ChatUsage): Reservation {
    const usd = this.bound(atMost);
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
        this.total.usd += priceOf(usage, this.price) ?? 0;
        if (atMost.promptTokens > 0)
          this.worst = {
            prompt: Math.max(this.worst?.prompt ?? 0, (PROMPT_MARGIN * usage.promptTokens) / atMost.promptTokens),
            completion: Math.max(this.worst?.completion ?? 1, usage.completionTokens / atMost.completionTokens),
          };
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
