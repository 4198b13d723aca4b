/** A policy on an OpenAI-compatible server, which samples and, where the server can, scores; nothing trains it. */
import { RaRftError } from '../../core/errors.js';
import { allOrNone, Stops } from '../../core/stops.js';
import type { Report } from '../../core/worker-rpc.js';
import {
  checkSampleRequests,
  checkScoreGroups,
  notTrained,
  usedAfterDispose,
  withoutAlternatives,
} from '../requests.js';
import { checkSamples, checkScores } from '../results.js';
import { responseStream } from '../streams.js';
import type {
  Alternatives,
  EngineInfo,
  ForwardBackwardResult,
  OnGroup,
  OptimStepResult,
  Policy,
  PolicyRef,
  Sample,
  SampleOptions,
  SampleRequest,
  SampleResult,
  ScoreGroup,
  Tokens,
} from '../types.js';
import type { CompletionCalls, ServerAbilities } from './probe.js';
import { samplingFields, scoringFields, type CompletionReply, type CompletionRequest } from './protocol.js';
import { sampleOf } from './response.js';
import { scoresOf } from './scores.js';

export interface ServerFacts {
  info: EngineInfo;
  can: ServerAbilities;
  encode: (text: string) => Tokens;
  /** The model's end token. */
  endToken: number | undefined;
}

/** Seeds that every server takes: some know signed numbers of 32 bits alone. */
const SEEDS = 2 ** 31;

export class OpenaiPolicy implements Policy {
  private readonly calls: CompletionCalls;
  private readonly facts: ServerFacts;
  private readonly stops = new Stops();
  private disposed: RaRftError | undefined;

  constructor(calls: CompletionCalls, facts: ServerFacts) {
    this.calls = calls;
    this.facts = facts;
  }

  get info(): EngineInfo {
    return this.facts.info;
  }

  /** One call a response, each with a seed of its own: what else is sampled changes nothing, and one that fails is asked for again by itself. */
  async sample(
    requests: readonly SampleRequest[],
    options: SampleOptions,
    report?: Report,
    onGroup?: OnGroup,
  ): Promise<SampleResult> {
    this.mustBeUsable();
    checkSampleRequests(this.info, requests, options);
    const { can, encode, endToken } = this.facts;
    const { vocabSize } = this.info;
    const topK = (options.topK ?? 0) < vocabSize ? (options.topK ?? 0) : 0;
    if (topK > 0 && !can.extras) throw withoutTopK(topK);
    const total = requests.reduce((sum, { n }) => sum + n, 0);
    let done = 0;
    const draw = async (prompt: Tokens, seed: number, signal: AbortSignal): Promise<Sample> => {
      const fields = samplingFields(can, { ...options, topK }, seed);
      const reply = await this.ask({ prompt, maxTokens: options.maxTokens, fields }, `sample/${seed}`, signal);
      report?.(++done, total);
      return sampleOf(reply, { options, logprobs: can.logprobs, vocabSize, encode, endToken });
    };
    const samples_NG = await this.together((signal) =>
      Promise.all(
        requests.map(async ({ prompt, n, seed }, place) => {
          const draws = Array.from({ length: n }, (_, g) => draw(prompt, serverSeed(seed, g), signal));
          const samples_G = await Promise.all(draws);
          onGroup?.(samples_G, place);
          return samples_G;
        }),
      ),
    );
    const result = { policyVersion: 0, samples_NG };
    checkSamples(requests, result);
    return result;
  }

  async logprobs(groups: readonly ScoreGroup[], report?: Report): Promise<Float32Array[][]> {
    this.mustBeUsable();
    const way = this.facts.can.scoring;
    if (!way) throw withoutScores(this.info);
    checkScoreGroups(this.info, groups);
    const total = groups.reduce((sum, { responses }) => sum + responses.length, 0);
    let done = 0;
    const score = async (prompt: Tokens, response: Tokens, at: string, signal: AbortSignal) => {
      if (response.length === 0) return new Float32Array(0);
      const sequence = Int32Array.from([...prompt, ...response]);
      const reply = await this.ask({ prompt: sequence, maxTokens: 1, fields: scoringFields(way) }, at, signal);
      report?.(++done, total);
      return scoresOf(reply, way, sequence, prompt.length);
    };
    const scores_NGT = await this.together((signal) =>
      Promise.all(
        groups.map(({ prompt, responses }, n) =>
          Promise.all(responses.map((response, g) => score(prompt, response, `score/${n}/${g}`, signal))),
        ),
      ),
    );
    checkScores(groups, scores_NGT);
    return scores_NGT;
  }

  async alternatives(): Promise<Alternatives[][]> {
    this.mustBeUsable();
    throw withoutAlternatives(this.info, 'an OpenAI-compatible server scores');
  }

  async forwardBackward(): Promise<ForwardBackwardResult> {
    this.mustBeUsable();
    throw notTrained(this.info);
  }

  async optimStep(): Promise<OptimStepResult> {
    this.mustBeUsable();
    throw notTrained(this.info);
  }

  async checkpoint(): Promise<PolicyRef> {
    this.mustBeUsable();
    throw notTrained(this.info);
  }

  dispose(): Promise<void> {
    this.disposed ??= usedAfterDispose(this.info.name);
    this.stops.abort(this.disposed);
    return Promise.resolve();
  }

  private mustBeUsable(): void {
    if (this.disposed) throw this.disposed;
  }

  private together<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.stops.run(undefined, (signal) => allOrNone(signal, work));
  }

  private async ask(request: CompletionRequest, key: string, signal: AbortSignal): Promise<CompletionReply> {
    const outcome = await this.calls.ask(key, request, signal);
    if (outcome.ok) return outcome.reply;
    if (outcome.kind === 'aborted') throw signal.reason ?? this.disposed;
    throw new RaRftError({
      code: 'engine',
      message: `the server gave no answer: ${outcome.reason}`,
      where: 'engine.url',
      expected: 'a response of every prompt',
      ...(outcome.retriable && { hint: 'What was finished before is kept: run the same command again.' }),
    });
  }
}

/** Seed of response g of a group: a draw of its own stream. */
export function serverSeed(seed: number, g: number): number {
  return responseStream(seed, g).int(SEEDS);
}

function withoutTopK(topK: number): RaRftError {
  return new RaRftError({
    code: 'engine',
    message: `topK is ${topK}, and the server knows no top-k`,
    where: 'generation.topK',
    expected: '0, or a server that does (vLLM, SGLang, llama.cpp)',
  });
}

function withoutScores({ name }: EngineInfo): RaRftError {
  return new RaRftError({
    code: 'engine',
    message: 'the server tells no log-probabilities of given texts',
    where: name,
    expected: 'a server that does: vLLM (prompt_logprobs), SGLang (echo with logprobs)',
    hint: 'labels.measure: success measures labels by sampled answers, which every server gives.',
  });
}
