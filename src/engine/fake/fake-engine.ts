/** A small exact engine for tests of everything above the engine: a bigram policy with real softmax gradients. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RaRftError } from '../../core/errors.js';
import { assertFinite, DAMAGED_HINT } from '../../core/finite.js';
import { writeFolderAtomic, writeJsonAtomic } from '../../core/files.js';
import { AdamW } from '../adamw.js';
import { drawToken, logSoftmax, samplingLogprobs } from '../draw.js';
import { checkSampleRequests, checkScoreGroups, checkTrainGroups } from '../requests.js';
import { checkSamples, checkScores, checkTrained } from '../results.js';
import { responseStream } from '../streams.js';
import { makeTrainables, type Trainable } from '../trainables.js';
import type {
  EngineInfo,
  ForwardBackwardResult,
  OptimStepOptions,
  OptimStepResult,
  Policy,
  Sample,
  SampleOptions,
  SampleRequest,
  SampleResult,
  ScoreGroup,
  Tokens,
  TrainGroup,
} from '../types.js';
import { BigramPolicy } from './policy.js';

export interface FakeEngineOptions {
  vocabSize: number;
  /** Default 256. */
  maxContext?: number;
  /** Seed of the first weights, default 0. */
  seed?: number;
  /** Standard deviation of the first weights, default 0.5; 0 starts from the uniform policy. */
  deviation?: number;
}

/** What `save` writes; numbers are exact float32 values. */
interface SavedState {
  policyVersion: number;
  weights: Record<string, number[]>;
  optimizer?: { step: number; first: Record<string, number[]>; second: Record<string, number[]> };
}

/** See the file's header. Deterministic: equal calls give equal results. */
export class FakeEngine implements Policy {
  readonly info: EngineInfo;
  private readonly policy: BigramPolicy;
  private readonly params: Trainable[];
  private readonly optimizer: AdamW;
  private policyVersion = 0;
  private disposed = false;

  constructor({ vocabSize, maxContext = 256, seed = 0, deviation = 0.5 }: FakeEngineOptions) {
    const length = vocabSize ** 2;
    this.params = makeTrainables(['table', 'bag'].map((name) => ({ name, length, decay: true })));
    const [table, bag] = this.params.map((p) => p.value) as [Float32Array, Float32Array];
    this.policy = new BigramPolicy(vocabSize, table, bag);
    this.policy.randomise(seed, deviation);
    this.info = { name: 'fake', parameters: 2 * length, maxContext, vocabSize };
    this.optimizer = new AdamW(this.params);
  }

  async sample(requests: readonly SampleRequest[], options: SampleOptions): Promise<SampleResult> {
    this.mustBeUsable();
    checkSampleRequests(this.info, requests, options);
    const samples_NG = requests.map(({ prompt, n, seed }) =>
      Array.from({ length: n }, (_, g) => this.sampleOne(prompt, seed, g, options)),
    );
    const result = { policyVersion: this.policyVersion, samples_NG };
    checkSamples(requests, result);
    return result;
  }

  async logprobs(groups: readonly ScoreGroup[]): Promise<Float32Array[][]> {
    this.mustBeUsable();
    checkScoreGroups(this.info, groups);
    const scores = groups.map(({ prompt, responses }) => responses.map((r) => this.policy.score(prompt, r).logprobs));
    checkScores(groups, scores);
    return scores;
  }

  async forwardBackward(groups: readonly TrainGroup[]): Promise<ForwardBackwardResult> {
    this.mustBeUsable();
    checkTrainGroups(this.info, groups);
    const total = { loss: 0, tokens: 0, entropy: 0 };
    const logprobs_NGT = groups.map(({ prompt, responses }) =>
      responses.map(({ tokens, slopes }) => {
        const { logprobs, before } = this.policy.score(prompt, tokens);
        for (const [t, token] of tokens.entries()) {
          total.loss += slopes[t]! * logprobs[t]!;
          total.entropy -= before[t]!.reduce((sum, p) => sum + p * Math.exp(p), 0);
          const last = t === 0 ? prompt[prompt.length - 1]! : tokens[t - 1]!;
          this.addGradient(prompt, last, token, before[t]!, slopes[t]!);
        }
        total.tokens += tokens.length;
        return logprobs;
      }),
    );
    const result: ForwardBackwardResult = {
      loss: total.loss,
      logprobs_NGT,
      entropy: total.tokens > 0 ? total.entropy / total.tokens : undefined,
    };
    checkTrained(groups, result);
    return result;
  }

  async optimStep(options: OptimStepOptions): Promise<OptimStepResult> {
    this.mustBeUsable();
    const gradNorm = this.optimizer.step(options);
    return { gradNorm, policyVersion: ++this.policyVersion };
  }

  async save(folder: string, { optimizer } = { optimizer: true }): Promise<void> {
    this.mustBeUsable();
    const plain = (arrays: Iterable<[string, Float32Array]>) =>
      Object.fromEntries(
        Array.from(arrays, ([name, values]) => {
          assertFinite(values, { what: `tensor ${name}`, where: folder });
          return [name, Array.from(values)];
        }),
      );
    const { step, first, second } = this.optimizer.getState();
    const state: SavedState = {
      policyVersion: this.policyVersion,
      weights: plain(this.params.map(({ name, value }) => [name, value])),
      ...(optimizer ? { optimizer: { step, first: plain(first), second: plain(second) } } : {}),
    };
    await writeFolderAtomic(folder, (temporary) => writeJsonAtomic(join(temporary, 'fake.json'), state));
  }

  async load(folder: string, what = { optimizer: true }): Promise<void> {
    this.mustBeAlive();
    const file = join(folder, 'fake.json');
    const { weights, optimizer, policyVersion } = JSON.parse(await readFile(file, 'utf8')) as SavedState;
    for (const { name, value } of this.params) {
      if (weights[name]?.length !== value.length) {
        throw new RaRftError({
          code: 'model',
          message: 'saved by a fake of another vocabulary',
          where: `${file}: ${name}`,
        });
      }
      assertFinite(weights[name], { what: `tensor ${name}`, where: file, hint: DAMAGED_HINT });
    }
    for (const { name, value, grad } of this.params) {
      value.set(weights[name]!);
      grad.fill(0);
    }
    const maps = (arrays: Record<string, number[]>) =>
      new Map(Object.entries(arrays).map(([name, values]) => [name, Float32Array.from(values)]));
    if (optimizer && what.optimizer) {
      const { step, first, second } = optimizer;
      this.optimizer.setState({ step, first: maps(first), second: maps(second) });
    } else this.optimizer.reset();
    this.policyVersion = policyVersion;
  }

  async dispose(): Promise<void> {
    this.disposed = true;
  }

  private sampleOne(prompt: Tokens, seed: number, g: number, options: SampleOptions): Sample {
    const stream = responseStream(seed, g);
    const fromPrompt = this.policy.promptLogits(prompt);
    const tokens: number[] = [];
    const logprobs: number[] = [];
    const policyLogprobs: number[] = [];
    for (let last = prompt[prompt.length - 1]!; tokens.length < options.maxTokens; last = tokens.at(-1)!) {
      if (options.stopTokens.includes(last) && tokens.length > 0) break;
      const logits = this.policy.logits(fromPrompt, last);
      const distribution = samplingLogprobs(logits, options);
      const token = drawToken(distribution, stream.next());
      tokens.push(token);
      logprobs.push(distribution[token]!);
      policyLogprobs.push(logSoftmax(logits)[token]!);
    }
    return {
      tokens: Int32Array.from(tokens),
      logprobs: Float32Array.from(logprobs),
      policyLogprobs: Float32Array.from(policyLogprobs),
      stopReason: options.stopTokens.includes(tokens.at(-1)!) ? 'stop' : 'length',
    };
  }

  /** d log p(token) / d logits = onehot - p, added to both tables. */
  private addGradient(prompt: Tokens, last: number, token: number, before: Float64Array, slope: number): void {
    const [table, bag] = this.params as [Trainable, Trainable];
    const { vocab } = this.policy;
    for (let j = 0; j < vocab; j++) {
      const d = slope * (Number(j === token) - Math.exp(before[j]!));
      table.grad[last * vocab + j]! += d;
      for (const t of prompt) bag.grad[t * vocab + j]! += d / prompt.length;
    }
  }

  private mustBeUsable(): void {
    this.mustBeAlive();
    if (this.optimizer.failure) throw this.optimizer.failure;
  }

  private mustBeAlive(): void {
    if (this.disposed)
      throw new RaRftError({ code: 'engine', message: 'the engine was used after dispose', where: 'fake' });
  }
}
