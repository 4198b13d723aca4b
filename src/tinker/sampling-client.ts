/** Weights on the server that are sampled from. Requests are independent: any number may be under way, in any order. */
import { checkPrompt, checkSampleRequest } from './checks/check-sampling.js';
import { checkedPromptLogprobs, checkedSamples } from './checks/check-results.js';
import type { ModelLimits } from './checks/limits.js';
import { TinkerError } from './errors.js';
import type { CallOptions } from './options.js';
import type { Server } from './server.js';
import type { Sample, SampleRequest, SamplingParams } from './types.js';
import { wireOf } from './wire/reply.js';
import type { ReadSample } from './wire/types.js';

/** Times that a request is made again whose result the server has dropped (410): sampling changes nothing there. */
const AGAIN = 3;
/** Bytes of a prompt token in a request. */
const TOKEN_BYTES = 7;

export class SamplingClient {
  readonly id: string;
  private readonly server: Server;
  private readonly limits: ModelLimits;
  private nextSeqId = 0;

  /** Made by `TinkerClient` and `TrainingClient`. */
  constructor({ server, id, limits }: { server: Server; id: string; limits: ModelLimits }) {
    this.id = id;
    this.server = server;
    this.limits = limits;
  }

  /**
   * Samples of one prompt, all that were asked for or an error: `failed` where one was broken off, `malformed` where one has no
   * log-probabilities, `not-finite` where they are no numbers.
   */
  async sample(request: SampleRequest, options: CallOptions = {}): Promise<Sample[]> {
    const what = `sample of ${this.id}`;
    checkSampleRequest(what, request, this.limits);
    const result = await this.ask(what, request, false, options);
    return checkedSamples(what, result, request);
  }

  /** log p of prompt token i + 1 given those before it; one number less than the prompt has tokens. */
  async computeLogprobs(prompt: Int32Array, options: CallOptions = {}): Promise<Float32Array> {
    const what = `log-probabilities of ${this.id}`;
    checkPrompt(what, prompt, this.limits);
    if (prompt.length === 1) return new Float32Array();
    // The protocol has no other way than to sample a token, which nobody wants.
    const request = { prompt, numSamples: 1, samplingParams: { maxTokens: 1, temperature: 1, seed: 0 } };
    return checkedPromptLogprobs(what, await this.ask(what, request, true, options), prompt.length);
  }

  private ask(
    what: string,
    request: SampleRequest,
    promptLogprobs: boolean,
    options: CallOptions,
  ): Promise<ReadSample> {
    const { server } = this;
    return server.run(what, options, (signal) =>
      server.places.hold(1, signal, async () => {
        for (let again = 0; ; again++) {
          try {
            const { contentType, bytes } = await this.once(request, promptLogprobs, signal);
            return wireOf(contentType).readSample(bytes);
          } catch (error) {
            const isDropped = error instanceof TinkerError && error.status === 410;
            if (!isDropped || again === AGAIN) throw error;
          }
        }
      }),
    );
  }

  private async once(request: SampleRequest, promptLogprobs: boolean, signal: AbortSignal) {
    const { server } = this;
    const body = {
      type: 'sample',
      sampling_session_id: this.id,
      seq_id: this.nextSeqId++,
      num_samples: request.numSamples,
      prompt: { chunks: [{ type: 'encoded_text', tokens: Array.from(request.prompt) }] },
      sampling_params: wireParams(request.samplingParams),
      prompt_logprobs: promptLogprobs,
      topk_prompt_logprobs: 0,
    };
    const headers = { 'x-tinker-sampling-backpressure': '1' };
    const call = { path: '/asample', body, headers, effect: 'repeatable' as const, pause: server.pause };
    const submitted = await server.submit(call, signal, TOKEN_BYTES * request.prompt.length);
    return server.result(submitted, 'Sample', signal);
  }
}

function wireParams({ maxTokens, temperature, topP = 1, topK = 0, seed, stop = [] }: SamplingParams): object {
  return {
    max_tokens: maxTokens,
    temperature,
    top_p: topP,
    top_k: topK === 0 ? -1 : topK,
    ...(seed !== undefined && { seed }),
    ...(stop.length > 0 && { stop }),
  };
}
