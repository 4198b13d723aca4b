/** What a fake's checkpoint holds. */
import { RaRftError } from '../../core/errors.js';
import { assertFinite, DAMAGED_HINT } from '../../core/finite.js';
import type { AdamWState } from '../../optim/adamw.js';
import type { Trainable } from '../../optim/trainables.js';

export const FAKE_FILE = 'fake.json';

/** Numbers are exact float32 values. */
export interface SavedState {
  policyVersion: number;
  weights: Record<string, number[]>;
  optimizer?: { step: number; first: Record<string, number[]>; second: Record<string, number[]> };
}

/** Puts the saved weights into `params`; returns the optimizer's state, where one was saved. */
export function restoredFrom(
  { state, file }: { state: SavedState; file: string },
  params: readonly Trainable[],
): AdamWState | undefined {
  for (const { name, value } of params) {
    const saved = state.weights[name] ?? [];
    if (saved.length !== value.length) {
      throw new RaRftError({
        code: 'model',
        message: 'saved by a fake of another vocabulary',
        where: `${file}: ${name}`,
      });
    }
    assertFinite(saved, { what: `tensor ${name}`, where: file, hint: DAMAGED_HINT });
    value.set(saved);
  }
  if (!state.optimizer) return undefined;
  const { step, first, second } = state.optimizer;
  const maps = (arrays: Record<string, number[]>) =>
    new Map(Object.entries(arrays).map(([name, values]) => [name, Float32Array.from(values)]));
  return { step, first: maps(first), second: maps(second) };
}
