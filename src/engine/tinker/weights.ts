/** Weights on a server, as a policy sees them: something to sample from, and something that scores. */
import { TinkerError, type SamplingClient, type TrainingClient } from '../../tinker/index.js';
import { foretold, joined, scoring } from './datums.js';
import type { Tokens } from '../types.js';

/** A response to be scored; both have tokens. */
export interface Pair {
  prompt: Tokens;
  response: Tokens;
}

export interface ServerWeights {
  /** Samples from the weights as they are now. */
  sampler(signal: AbortSignal): Promise<SamplingClient>;
  /** log p of every token of every response. */
  score(pairs: readonly Pair[], signal: AbortSignal): Promise<Float32Array[]>;
  /** They are about to be others. */
  changed(): void;
  /** Frees what the server holds for them, as far as it can be reached. */
  dispose(): Promise<void>;
}

const UNLOAD_MS = 60_000;

/** What cannot be reached holds nothing for us, or will let go of it when it misses our heartbeats. */
export async function freed(model: TrainingClient): Promise<void> {
  await model.unload({ timeoutMs: UNLOAD_MS }).catch((error: unknown) => {
    if (!(error instanceof TinkerError)) throw error;
  });
}

/** The server's base model as it is: it takes no place of a model. */
export function baseWeights(client: SamplingClient): ServerWeights {
  return {
    sampler: async () => client,
    score: (pairs, signal) =>
      Promise.all(
        pairs.map(async ({ prompt, response }) => {
          const ofPrompt = await client.computeLogprobs(joined(prompt, response), { signal });
          return ofPrompt.subarray(prompt.length - 1);
        }),
      ),
    changed: () => {},
    dispose: async () => {},
  };
}

/**
 * A model of its own on the server. Samplers of a model share its place on some servers, where an older one overwrites what is trained
 * and one of before a step samples from after it: so the newest alone is ever used, and a step makes it the past.
 */
export class ModelWeights implements ServerWeights {
  readonly client: TrainingClient;
  private readonly multiple: number;
  private current: Promise<SamplingClient> | undefined;

  /** `multiple`: of so many sequences are the requests. */
  constructor(client: TrainingClient, multiple: number) {
    this.client = client;
    this.multiple = multiple;
  }

  sampler(signal: AbortSignal): Promise<SamplingClient> {
    this.current ??= this.client.saveWeightsAndGetSamplingClient({ signal });
    this.current.catch(() => (this.current = undefined));
    return this.current;
  }

  changed(): void {
    this.current = undefined;
  }

  async score(pairs: readonly Pair[], signal: AbortSignal): Promise<Float32Array[]> {
    if (pairs.length === 0) return [];
    const sequences = pairs.map(({ prompt, response }) => foretold(prompt, response));
    const { outputs } = await this.client.forward(scoring(sequences, this.multiple), { signal });
    return sequences.map(({ before }, i) => outputs[i]!.logprobs.subarray(before));
  }

  dispose(): Promise<void> {
    return freed(this.client);
  }
}
