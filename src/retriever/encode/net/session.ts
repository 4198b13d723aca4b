/** An encoder's network at work in this thread: weights, optimizer and compiled programs. Tensor runs block the thread. */
import { RaRftError } from '../../../core/errors.js';
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
import { compileEncode, compileTrain, paramFeeds, trainFeeds } from './graphs.js';
import type { EncoderNet, NetSetup, TokenBatch, TrainStepResult, TrainUpdate } from './port.js';
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
  private readonly trainables: Trainable[];
  private readonly optimizer: AdamW;
  // Programs are compiled when they are first needed: search never pays for the training graph.
  private encodeProgram: Promise<Program> | undefined;
  private trainProgram: Promise<Program> | undefined;
  private search: Promise<ExactSearch> | undefined;

  constructor(setup: NetSetup) {
    this.setup = setup;
    this.net = architectureOf(setup.config);
    this.trainables = this.net.params
      .filter((param) => param.trained)
      .map(({ name, decay }) => {
        const value = setup.params.get(name) as Float32Array;
        return { name, value, grad: new Float32Array(value.length), decay };
      });
    this.optimizer = new AdamW(this.trainables);
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
      const feeds = {
        ids: { data: padded.ids, shape: padded.shape },
        attended: { data: padded.attended, shape: padded.shape },
      };
      const { vectors } = await program.run({ ...paramFeeds(this.setup), ...feeds });
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

  async trainStep(
    batch: TokenBatch,
    { learningRate, weightDecay, maxGradNorm }: TrainUpdate,
  ): Promise<TrainStepResult> {
    const { loss, meanMaxProbability } = await this.forwardBackward(batch);
    const gradNorm = this.optimizer.step({ ...ADAMW, learningRate, weightDecay, maxGradNorm });
    return { loss, gradNorm, meanMaxProbability };
  }

  /** The loss of a batch and, by name, its gradient; changes nothing. For tests. */
  async lossAndGradient(batch: TokenBatch): Promise<{ loss: number; gradient: Params }> {
    const { loss } = await this.forwardBackward(batch);
    const gradient = new Map(this.trainables.map(({ name, grad }) => [name, grad.slice()]));
    for (const { grad } of this.trainables) grad.fill(0);
    return { loss, gradient };
  }

  /** Puts the batch's gradient into the gradient buffers. */
  private async forwardBackward(batch: TokenBatch): Promise<{ loss: number; meanMaxProbability: number }> {
    this.trainProgram ??= compileTrain(this.setup);
    const program = await this.trainProgram;
    const gradients = this.trainables.map(({ name, value, grad }) => {
      const shape = this.net.params.find((param) => param.name === name)?.shape ?? [value.length];
      return [`d/${name}`, { data: grad, shape }];
    });
    const fetches = { loss: null, meanMaxProbability: null, ...Object.fromEntries(gradients) };
    const result = await program.run({ ...paramFeeds(this.setup), ...trainFeeds(this.setup, batch) }, fetches);
    const scalar = (name: string): number => {
      const value = result[name]?.data[0] as number;
      if (!Number.isFinite(value)) throw notFinite(value, { what: `the retriever's ${name}`, hint: TRAIN_HINT });
      return value;
    };
    return { loss: scalar('loss'), meanMaxProbability: scalar('meanMaxProbability') };
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
    return Promise.resolve(new Map(this.trainables.map(({ name, value }) => [name, value.slice()])));
  }

  restore(snapshot: Params): Promise<void> {
    for (const { name, value } of this.trainables) value.set(snapshot.get(name) as Float32Array);
    return Promise.resolve();
  }

  async dispose(): Promise<void> {
    for (const open of [this.encodeProgram, this.trainProgram, this.search]) await (await open)?.dispose();
    this.encodeProgram = this.trainProgram = this.search = undefined;
  }
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
