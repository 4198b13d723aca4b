/** The parts of a kept configuration that reports use. Anything may be missing in a damaged or older file. Pure. */
import { parse } from 'yaml';
import type { ComparedConfig } from '../config/index.js';

/** An arm as far as reports read it. */
export type KeptArm = ComparedConfig['arms'][number] & { recipe?: string | null };

export interface KeptConfig {
  seed: number;
  /** Path of the model, as it is written. */
  model: string;
  arms: readonly KeptArm[];
  rl: { steps: number | undefined };
  eval: {
    k: number | undefined;
    bootstrapSamples: number;
    maxProblems: number;
    contexts: number;
    greedy: boolean;
    subject?: string | null;
    baseline?: string | null;
  };
}

/** Never throws: the report shows the file as it stands, whatever it is. */
export function keptConfig(text: string): KeptConfig {
  const { seed, model, arms, rl, eval: evaluation } = parsed(text);
  return {
    seed: seed ?? 1,
    model: model?.path ?? 'unknown',
    arms: (arms ?? []).filter(({ name }) => typeof name === 'string'),
    rl: { steps: rl?.steps },
    eval: { k: undefined, bootstrapSamples: 2000, maxProblems: 0, contexts: 0, greedy: false, ...evaluation },
  };
}

type AnyConfig = { [key in keyof KeptConfig]?: Partial<KeptConfig[key]> };

function parsed(
  text: string,
): { seed?: number; model?: { path?: string }; arms?: KeptArm[] } & Pick<AnyConfig, 'rl' | 'eval'> {
  try {
    return (parse(text) ?? {}) as ReturnType<typeof parsed>;
  } catch {
    return {};
  }
}
