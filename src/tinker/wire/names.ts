/** Names of loss inputs: `targetTokens` here, `target_tokens` on the wire. */
import type { Datum, TensorData } from '../types.js';

/** `targetTokens` as `target_tokens`; a name that is written so already stays. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The inputs that are there, under their names on the wire. */
export function namedInputs({ lossFnInputs }: Datum): [string, TensorData][] {
  return Object.entries(lossFnInputs).flatMap(
    ([name, data]) => (data ? [[snakeCase(name), data] as const] : []) as [string, TensorData][],
  );
}
