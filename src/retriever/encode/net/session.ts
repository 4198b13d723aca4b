/** An encoder's network at work in this thread: weights, optimizer and compiled programs. Tensor runs block the thread. */
import { closeAll } from '../../../core/closing.js';
import { RaRftError } from '../../../core/errors.js';
import { once } from '../../../core/once.js';
import { assertFinite, notFinite } from '../../../core/finite.js';
import { AdamW } from '../../../optim/adamw.js';
import type { Trainable } from '../../../optim/trainables.js';
import { architectureOf } from '../../../models/encoders/config.js';
import type { EncoderArchitecture } from '../../../models/encoders/types.js';
import type { Params } from '../../../models/parameters.js';
import type { Program } from '../../../tensor/index.js';
import { ExactSearch } from '../../index/exact-search.js';
import { rowOffsets, type TokenVectors } from '../token-vectors.js';
import type { TokenText } from '../token-text.js';
import { DEFAULT_LOSS, type LossKind } from '../../train/loss.js';
import { CachedGradients } from './cached-gradients.js';
import { compileEncode, compileTrain, gradientFetches, paramFeeds, trainFeeds } from './graphs.js';
import type { EncoderNet, NetSetup, NetTrainingState, TokenBatch, TrainStepResult, TrainUpdate } from './port.js';
import { textFeeds } from './text-inputs.js';
import { groupByLength, keptTokens, padTokens } from './token-batches.js';

/** Tokens, padding included, that are encoded at once. */
const ENCODE_TOKENS = 8192;
/** The paper gives learning rate, warm-up and weight decay only; these are AdamW's usual values. */
const ADAMW = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

const TRAIN_HINT = 'Its training has diverged: lower retriever.learningRate, or raise retriever.temperature.';
const VECTORS_HINT = 'The encoder has diverged or its folder is damaged: train the retriever again.';

/** An {@link EncoderNet} in the calling thread. The parameters of the setup are taken over and changed in place. */
export class NetSession implements EncoderNet {
  private readonly setup: NetSetup;
  private readonly net: EncoderArchitecture;
  // Gradients and moments take three times the memory of the weights: only who trains has them.
  private readonly training: () => { trainables: Trainable[]; optimizer: AdamW };
  // Programs are compiled when they are first needed: search never pays for the training graph.
  private encodeProgram: Promise<Program> | undefined;
  private readonly trainPrograms = new Map<LossKind, Promise<Program>>();
  private cached: CachedGradients | undefined;
  private search: Promise<ExactSearch> | undefined;

  constructor(setup: NetSetup) {
    this.setup = setup;
    this.net = architectureOf(setup.config);
    this.training = once(() => {
      const trainables = this.trained().map(({ name, value, decay }) => {
        return { name, value, decay, grad: new Float32Array(value.length) };
      });
      return { trainables, optimizer: new AdamW(trainables) };
    });
  }

  async encode(texts: readonly TokenText[]): Promise<TokenVectors> {
    this.encodeProgram ??= compileEncode(this.setup);
    const program = await this.encodeProgram;
    const { dim } = this.net;
    const single = this.net.head === 'single-vector';
    const lengths = Int32Array.from(texts, (text) => (single ? Math.min(1, text.ids.length) : keptTokens(text)));
    const offsets = rowOffsets(lengths);
    const out: TokenVectors = { dim, lengths, vectors: new Float32Array((offsets[texts.length] as number) * dim) };
    const tokens = texts.map((text) => text.ids.length);
    for (const group of groupByLength(tokens, ENCODE_TOKENS)) {
      const padded = padTokens(
        group.map((i) => texts[i] as TokenText),
        this.net,
      );
      const { vectors } = await program.run({ ...paramFeeds(this.setup), ...textFeeds(padded, this.net) });
      const rows = single ? 1 : padded.shape[1];
      const data = vectors?.data as Float32Array;
      for (const [at, i] of group.entries()) {
        const all = data.subarray(at * rows * dim, (at + 1) * rows * dim);
        const own = keptRows(all, single ? undefined : texts[i]?.kept, (lengths[i] as number) * dim, dim);
        assertFinite(own, { what: 'a token vector', where: `text ${i}`, hint: VECTORS_HINT });
        out.vectors.set(own, (offsets[i] as number) * dim);
      }
    }
    return out;
  }

  async trainStep(batch: TokenBatch, update: TrainUpdate): Promise<TrainStepResult> {
    const { learningRate, weightDecay, maxGradNorm, microBatch } = update;
    const { loss, meanMaxProbability } = await this.forwardBackward(batch, microBatch);
    const gradNorm = this.training().optimizer.step({ ...ADAMW, learningRate, weightDecay, maxGradNorm });
    return { loss, gradNorm, meanMaxProbability };
  }

  /** The loss of a batch and, by name, its gradient; changes nothing. For tests. */
  async lossAndGradient(batch: TokenBatch, microBatch = 0): Promise<{ loss: number; gradient: Params }> {
    const { loss } = await this.forwardBackward(batch, microBatch);
    const { trainables } = this.training();
    const gradient = new Map(trainables.map(({ name, grad }) => [name, grad.slice()]));
    for (const { grad } of trainables) grad.fill(0);
    return { loss, gradient };
  }

  /** Puts the batch's gradient into the gradient buffers. */
  private async forwardBackward(
    batch: TokenBatch,
    microBatch = 0,
  ): Promise<{ loss: number; meanMaxProbability: number }> {
    const fits = Math.max(batch.queries_Q.length, batch.documents_D.length) <= microBatch;
    if (microBatch === 0 || fits) return this.allAtOnce(batch);
    this.cached ??= new CachedGradients(this.setup, this.training().trainables, (texts) => this.encode(texts));
    return checked(await this.cached.run(batch, microBatch));
  }

  private async allAtOnce(batch: TokenBatch): Promise<{ loss: number; meanMaxProbability: number }> {
    const { kind } = batch.loss ?? DEFAULT_LOSS;
    const program = await this.trainProgram(kind);
    const fetches = { loss: null, meanMaxProbability: null, ...gradientFetches(this.net, this.training().trainables) };
    const result = await program.run({ ...paramFeeds(this.setup), ...trainFeeds(this.setup, batch) }, fetches);
    const scalar = (name: string) => result[name]?.data[0] as number;
    return checked({ loss: scalar('loss'), meanMaxProbability: scalar('meanMaxProbability') });
  }

  /** The parameters that training moves, in the setup's own memory. */
  private trained(): { name: string; value: Float32Array; decay: boolean }[] {
    return this.net.params
      .filter((param) => param.trained)
      .map(({ name, decay }) => ({ name, decay, value: this.setup.params.get(name) as Float32Array }));
  }

  private trainProgram(kind: LossKind): Promise<Program> {
    const program = this.trainPrograms.get(kind) ?? compileTrain(this.setup, kind);
    this.trainPrograms.set(kind, program);
    return program;
  }

  async setDocuments(vectors: TokenVectors): Promise<void> {
    const { scoring, threads } = this.setup;
    this.search ??= ExactSearch.create(this.net.dim, scoring, threads);
    (await this.search).setDocuments(vectors);
  }

  async score(queries: TokenVectors): Promise<Float32Array> {
    if (!this.search) throw new RaRftError({ code: 'internal', message: 'score was called before setDocuments' });
    return (await this.search).score(queries);
  }

  snapshot(): Promise<Params> {
    return Promise.resolve(new Map(this.trained().map(({ name, value }) => [name, value.slice()])));
  }

  restore(snapshot: Params): Promise<void> {
    for (const { name, value } of this.trained()) value.set(snapshot.get(name) as Float32Array);
    return Promise.resolve();
  }

  async trainingState(): Promise<NetTrainingState> {
    const { step, first, second } = this.training().optimizer.getState();
    const copied = (moments: Params): Params => new Map([...moments].map(([name, values]) => [name, values.slice()]));
    return { params: await this.snapshot(), optimizer: { step, first: copied(first), second: copied(second) } };
  }

  async setTrainingState({ params, optimizer }: NetTrainingState): Promise<void> {
    this.training().optimizer.setState(optimizer);
    await this.restore(params);
  }

  async dispose(): Promise<void> {
    const open = [this.encodeProgram, ...this.trainPrograms.values(), this.search, this.cached];
    this.trainPrograms.clear();
    this.encodeProgram = this.cached = this.search = undefined;
    await closeAll(open);
  }
}

/** Throws `not-finite` where a training step has lost its numbers. */
function checked<T extends { loss: number; meanMaxProbability: number }>(result: T): T {
  for (const name of ['loss', 'meanMaxProbability'] as const) {
    const value = result[name];
    if (!Number.isFinite(value)) throw notFinite(value, { what: `the retriever's ${name}`, hint: TRAIN_HINT });
  }
  return result;
}

/** The first `size` numbers, or where some tokens are left out the rows of the others. */
function keptRows(rows: Float32Array, kept: Uint8Array | undefined, size: number, dim: number): Float32Array {
  if (!kept) return rows.subarray(0, size);
  const out = new Float32Array(size);
  let at = 0;
  for (const [token, keeps] of kept.entries()) {
    if (keeps === 0) continue;
    out.set(rows.subarray(token * dim, (token + 1) * dim), at);
    at += dim;
  }
  return out;
}
