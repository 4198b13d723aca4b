/** What stands in a prompt beside the problem. */
import type { Trace } from './types.js';

/**
 * - `none`: the problem alone.
 * - `traces`: solved problems before it, in this order.
 * - `hint`: the beginning of the problem's own solution (QuestA), which is no trace: it says nothing of another problem.
 */
export type Context<T = Trace> =
  | { readonly kind: 'none' }
  | { readonly kind: 'traces'; readonly traces: readonly T[] }
  | { readonly kind: 'hint'; readonly text: string };

export const noContext: Context<never> = { kind: 'none' };

/** The context that shows these traces; without any it is none. */
export function showing<T>(...traces: readonly (T | undefined)[]): Context<T> {
  const shown = traces.filter((trace) => trace !== undefined);
  return shown.length === 0 ? noContext : { kind: 'traces', traces: shown };
}

/** The traces that a context shows. */
export function shownTraces<T>(context: Context<T>): readonly T[] {
  return context.kind === 'traces' ? context.traces : [];
}
