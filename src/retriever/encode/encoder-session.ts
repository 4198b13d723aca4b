/** The encoder at work in this thread: weights, optimizer and compiled programs. Tensor runs block the thread. */
import { RaRftError } from '../../core/errors.js';
import { assertFinite, notFinite } from '../../core/finite.js';
import { AdamW } from '../../optim/adamw.js';
import type { Trainable } from '../../optim/trainables.js';
import { checkEncoderConfig, encoderParams } from '../../models/encoder-config.js';
import type { Params } from '../../models/parameters.js';
import type { Program } from '../../tensor/index.js';
import { compileEncode, compileTrain, paramFeeds, trainFeeds } from './encoder-graphs.js';
import type { Encoder, EncoderSetup, TrainBatch, TrainStepResult, TrainUpdate } from './encoder-port.js';
import { ExactSearch } from '../index/exact-search.js';
import { groupByLength, padIds } from './token-batches.js';
import { rowOffsets, type TokenVectors } from './token-vectors.js';

/** Tokens, padding included, that are encoded at once. */
const ENCODE_TOKENS = 8192;
/** The paper gives learning rate, warm-up and weight decay only; these are AdamW's usual values. */
const ADAMW = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

const TRAIN_HINT = 'Its training has diverged: lower retriever.learningRate, or raise retriever.temperature.';
const VECTORS_HINT = 'The encoder has diverged or its folder is damaged: train the retriever again.';

/** An {@link Encoder} in the calling thread. The parameters of the setup are taken over and changed in place. */
export class EncoderSession implements Encoder {
  private readonly setup: EncoderSetup;
  private readonly trainables: Trainable[];
  private readonly optimizer: AdamW;
  // Programs are compiled when they are first needed: search never pays for the training graph.
  private encodeProgram: Promise<Program> | undefined;
  private trainProgram: Promise<Program> | undefined;
  private search: Promise<ExactSearch> | undefined;

  constructor(setup: EncoderSetup) {
    checkEncoderConfig(setup.config);
    this.setup = setup;
    this.trainables = encoderParams(setup.config)
      .filter((param) => param.trained)
      .map(({ name, decay }) => {
        const value = setup.params.get(name) as Float32Array;
        return { name, value, grad: new Float32Array(value.length), decay };
      });
    this.optimizer = new AdamW(this.trainables);
  }

  async encode(ids: readonly Int32Array[]): Promise<TokenVectors> {
    this.encodeProgram ??= compileEncode(this.setup);
    const program = await this.encodeProgram;
    const { dim, head } = this.setup.config;
    const single = head === 'single-vector';
    const lengths = Int32Array.from(ids, (text) => (single ? Math.min(1, text.length) : text.length));
    const offsets = rowOffsets(lengths);
    const out: TokenVectors = { dim, lengths, vectors: new Float32Array((offsets[ids.length] as number) * dim) };
    const tokens = ids.map((text) => text.length);
    for (const group of groupByLength(tokens, ENCODE_TOKENS)) {
      const padded = padIds(
        group.map((i) => ids[i] as Int32Array),
        this.setup.config,
      );
      const feeds = {
        ids: { data: padded.ids, shape: padded.shape },
        mask: { data: padded.mask, shape: padded.shape },
      };
      const { vectors } = await program.run({ ...paramFeeds(this.setup, this.setup.params), ...feeds });
      const rows = single ? 1 : padded.shape[1];
      const data = vectors?.data as Float32Array;
      for (const [at, i] of group.entries()) {
        const own = data.subarray(at * rows * dim, (at * rows + (lengths[i] as number)) * dim);
        assertFinite(own, { what: 'a token vector', where: `text ${i}`, hint: VECTORS_HINT });
        out.vectors.set(own, (offsets[i] as number) * dim);
      }
    }
    return out;
  }

  async trainStep(
    batch: TrainBatch,
    { learningRate, weightDecay, maxGradNorm }: TrainUpdate,
  ): Promise<TrainStepResult> {
    const { loss, meanMaxProbability } = await this.forwardBackward(batch);
    const gradNorm = this.optimizer.step({ ...ADAMW, learningRate, weightDecay, maxGradNorm });
    return { loss, gradNorm, meanMaxProbability };
  }

  /** The loss of a batch and, by name, its gradient; changes nothing. For tests. */
  async lossAndGradient(batch: TrainBatch): Promise<{ loss: number; gradient: Params }> {
    const { loss } = await this.forwardBackward(batch);
    const gradient = new Map(this.trainables.map(({ name, grad }) => [name, grad.slice()]));
    for (const { grad } of this.trainables) grad.fill(0);
    return { loss, gradient };
  }

  /** Puts the batch's gradient into the gradient buffers. */
  private async forwardBackward(batch: TrainBatch): Promise<{ loss: number; meanMaxProbability: number }> {
    this.trainProgram ??= compileTrain(this.setup);
    const program = await this.trainProgram;
    const gradients = this.trainables.map(({ name, value, grad }) => {
      const shape = encoderParams(this.setup.config).find((param) => param.name === name)?.shape ?? [value.length];
      return [`d/${name}`, { data: grad, shape }];
    });
    const fetches = { loss: null, meanMaxProbability: null, ...Object.fromEntries(gradients) };
    const result = await program.run(
      { ...paramFeeds(this.setup, this.setup.params), ...trainFeeds(this.setup, batch) },
      fetches,
    );
    const scalar = (name: string): number => {
      const value = result[name]?.data[0] as number;
      if (!Number.isFinite(value)) throw notFinite(value, { what: `the retriever's ${name}`, hint: TRAIN_HINT });
      return value;
    };
    return { loss: scalar('loss'), meanMaxProbability: scalar('meanMaxProbability') };
  }

  async setDocuments(vectors: TokenVectors): Promise<void> {
    const { config, scoring, threads } = this.setup;
    this.search ??= ExactSearch.create(config.dim, scoring, threads);
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
