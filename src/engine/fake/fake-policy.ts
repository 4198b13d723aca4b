/** A small exact policy for tests of everything above the engine: a bigram model with real softmax gradients. */
import { join } from 'node:path';
import { assertFinite } from '../../core/finite.js';
import { writeFolderAtomic, writeJsonAtomic } from '../../core/files.js';
import { AdamW } from '../../optim/adamw.js';
import { drawToken, logSoftmax, samplingLogprobs } from '../draw.js';
import {
  checkAlternatives,
  checkSampleRequests,
  checkScoreGroups,
  checkTrainGroups,
  notTrained,
  usedAfterDispose,
} from '../requests.js';
import { checkAlternativeScores, checkSamples, checkScores, checkTrained } from '../results.js';
import { responseStream } from '../streams.js';
import { makeTrainables, type Trainable } from '../../optim/trainables.js';
import type {
  Alternatives,
  EngineInfo,
  ForwardBackwardResult,
  OpenOptions,
  OptimStepOptions,
  OptimStepResult,
  Policy,
  PolicyRef,
  Sample,
  SampleOptions,
  SampleRequest,
  SampleResult,
  ScoreGroup,
  Tokens,
  TrainGroup,
  WhichAlternatives,
} from '../types.js';
import { BigramModel, pickAlternatives } from './bigram.js';
import { FAKE_FILE, restoredFrom, type SavedState } from './saved-state.js';

export interface FakeOptions {
  vocabSize: number;
  /** Default 256. */
  maxContext?: number;
  /** Seed of the first weights, default 0. */
  seed?: number;
  /** Standard deviation of the first weights, default 0.5; 0 starts from the uniform policy. */
  deviation?: number;
}

const NONE = new Float32Array(0);

/** See the file's header. Deterministic: equal calls give equal results. */
export class FakePolicy implements Policy {
  readonly info: EngineInfo;
  private readonly model: BigramModel;
  private readonly params: Trainable[];
  private readonly optimizer: AdamW;
  private readonly isTrained: boolean;
  private policyVersion = 0;
  private disposed = false;

  /** Fresh weights, or those of a checkpoint. */
  constructor(
    { vocabSize, maxContext = 256, seed = 0, deviation = 0.5 }: FakeOptions,
    { train, optimizer = false }: OpenOptions = { train: 'full' },
    saved?: { state: SavedState; file: string },
  ) {
    const length = vocabSize ** 2;
    this.params = makeTrainables(['table', 'bag'].map((name) => ({ name, length, decay: true })));
    const [table, bag] = this.params.map((p) => p.value) as [Float32Array, Float32Array];
    this.model = new BigramModel(vocabSize, table, bag);
    this.model.randomise(seed, deviation);
    this.info = { name: 'fake', parameters: 2 * length, maxContext, vocabSize };
    this.optimizer = new AdamW(this.params);
    this.isTrained = train !== undefined;
    if (!saved) return;
    const moments = restoredFrom(saved, this.params);
    if (moments && optimizer && this.isTrained) this.optimizer.setState(moments);
    this.policyVersion = saved.state.policyVersion;
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
    const scores = groups.map(({ prompt, responses }) => responses.map((r) => this.model.score(prompt, r).logprobs));
    checkScores(groups, scores);
    return scores;
  }

  async alternatives(groups: readonly ScoreGroup[], which: WhichAlternatives): Promise<Alternatives[][]> {
    this.mustBeUsable();
    checkAlternatives(this.info, groups, which);
    const scores_NG = groups.map(({ prompt, responses }, n) =>
      responses.map((tokens, g) => {
        const { before } = this.model.score(prompt, tokens);
        return pickAlternatives(before, which, which.kind === 'given' ? which.ids_NG[n]![g]! : undefined);
      }),
    );
    checkAlternativeScores(groups, scores_NG);
    return scores_NG;
  }

  async forwardBackward(groups: readonly TrainGroup[]): Promise<ForwardBackwardResult> {
    this.mustBeTrained();
    checkTrainGroups(this.info, groups);
    const total = { loss: 0, tokens: 0, entropy: 0 };
    const logprobs_NGT = groups.map(({ prompt, responses }) =>
      responses.map(({ tokens, slopes, alternatives }) => {
        const { logprobs, before } = this.model.score(prompt, tokens);
        for (const [t, token] of tokens.entries()) {
          total.entropy -= before[t]!.reduce((sum, p) => sum + p * Math.exp(p), 0);
          const last = t === 0 ? prompt[prompt.length - 1]! : tokens[t - 1]!;
          const { ids, slopes: others = NONE } = alternatives ?? {};
          const k = others.length / tokens.length;
          const terms = [{ token, slope: slopes[t]! }];
          for (let i = 0; i < k; i++) terms.push({ token: ids?.[t * k + i] ?? i, slope: others[t * k + i]! });
          for (const one of terms) {
            total.loss += one.slope * before[t]![one.token]!;
            this.addGradient(prompt, last, one.token, before[t]!, one.slope);
          }
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
    this.mustBeTrained();
    const gradNorm = this.optimizer.step(options);
    return { gradNorm, policyVersion: ++this.policyVersion };
  }

  async checkpoint(folder: string, { optimizer } = { optimizer: true }): Promise<PolicyRef> {
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
      ...(optimizer && this.isTrained && { optimizer: { step, first: plain(first), second: plain(second) } }),
    };
    await writeFolderAtomic(folder, (temporary) => writeJsonAtomic(join(temporary, FAKE_FILE), state));
    return { kind: 'folder', path: folder };
  }

  async dispose(): Promise<void> {
    this.disposed = true;
  }

  private sampleOne(prompt: Tokens, seed: number, g: number, options: SampleOptions): Sample {
    const stream = responseStream(seed, g);
    const fromPrompt = this.model.promptLogits(prompt);
    const tokens: number[] = [];
    const logprobs: number[] = [];
    const policyLogprobs: number[] = [];
    for (let last = prompt[prompt.length - 1]!; tokens.length < options.maxTokens; last = tokens.at(-1)!) {
      if (options.stopTokens.includes(last) && tokens.length > 0) break;
      const logits = this.model.logits(fromPrompt, last);
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
    const { vocab } = this.model;
    for (let j = 0; j < vocab; j++) {
      const d = slope * (Number(j === token) - Math.exp(before[j]!));
      table.grad[last * vocab + j]! += d;
      for (const t of prompt) bag.grad[t * vocab + j]! += d / prompt.length;
    }
  }

  private mustBeTrained(): void {
    this.mustBeUsable();
    if (!this.isTrained) throw notTrained(this.info);
  }

  private mustBeUsable(): void {
    if (this.disposed) throw usedAfterDispose(this.info.name);
    if (this.optimizer.failure) throw this.optimizer.failure;
  }
}
