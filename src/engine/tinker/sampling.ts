/** Groups of responses from a server. */
import type { Report } from '../../core/worker-rpc.js';
import { Rng } from '../../core/rng.js';
import type { Sample as ServerSample, SamplingClient } from '../../tinker/index.js';
import { isUnshaped } from '../draw.js';
import type { OnGroup, Sample, SampleOptions, SampleRequest } from '../types.js';

/** Sample g of a request draws from its seed + g, and servers' seeds end at 2^31: room for so many samples of a request. */
const LARGEST_GROUP = 2 ** 20;

export interface SamplingPlan {
  requests: readonly SampleRequest[];
  options: SampleOptions;
  vocabSize: number;
  signal: AbortSignal;
  report?: Report | undefined;
  onGroup?: OnGroup | undefined;
}

export async function sampleGroups(
  client: SamplingClient,
  { requests, options, vocabSize, signal, report, onGroup }: SamplingPlan,
): Promise<Sample[][]> {
  const { maxTokens, temperature, topK = 0, topP = 1, stopTokens } = options;
  const total = requests.reduce((sum, { n }) => sum + n, 0);
  let done = 0;
  const params = { maxTokens, temperature, topP, topK: topK < vocabSize ? topK : 0, stop: [...stopTokens] };
  return Promise.all(
    requests.map(async ({ prompt, n, seed }, place) => {
      if (n === 0) return [];
      const samplingParams = { ...params, seed: serverSeed(seed) };
      const samples = await client.sample({ prompt, numSamples: n, samplingParams }, { signal });
      report?.((done += n), total);
      const samples_G = samples.map((sample) => sampleOf(sample, options));
      onGroup?.(samples_G, place);
      return samples_G;
    }),
  );
}

/** Far apart for seeds that are neighbours, whose samples would else be the same but for one. */
function serverSeed(seed: number): number {
  return Rng.fromSeed(`tinker/${seed}`).int(2 ** 31 - LARGEST_GROUP);
}

/**
 * Servers tell log p of the model itself. Where temperature and filters leave its distribution as it is, that is the one of the sampler
 * too, and where only one token can be drawn its log p is 0; else it cannot be known.
 */
function sampleOf({ tokens, logprobs, stopReason }: ServerSample, options: SampleOptions): Sample {
  const drawn = isUnshaped(options)
    ? logprobs
    : options.temperature === 0
      ? new Float32Array(tokens.length)
      : undefined;
  return { tokens, ...(drawn && { logprobs: drawn }), policyLogprobs: logprobs, stopReason };
}
