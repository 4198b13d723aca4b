/** What every comparator is handed, and what it gives back. */
import type { Equality } from '../equal.js';
import type { MathOptions } from '../types.js';

export type { Equality };

export interface CompareContext {
  decimals: number;
  strictNames: boolean;
  intervalsMatchInequalities: boolean;
}

export function contextOf(options: MathOptions): CompareContext {
  return {
    decimals: options.decimals ?? 6,
    strictNames: options.strictNames ?? true,
    intervalsMatchInequalities: options.intervalsMatchInequalities ?? true,
  };
}

export const yes = (rule: string): Equality => ({ equal: true, rule });
export const no = (rule: string): Equality => ({ equal: false, rule });
