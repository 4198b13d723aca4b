/** Our side of the retriever's benchmark: one step of training or encoding for every line of input (see Stepper). */
import { createInterface } from 'node:readline';
import { Rng } from '../../src/core/rng.js';
import { architectureOf, parseEncoderJson, type EncoderConfig } from '../../src/models/encoders/config.js';
import { sizeOf, type Params } from '../../src/models/parameters.js';
import { NetSession } from '../../src/retriever/encode/net/session.js';
import type { TokenText } from '../../src/retriever/encode/token-text.js';
import { peakGigabytes } from '../measure.js';
import type { EncoderSeconds, EncoderShape, RetrieverWork } from './work.js';

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const work = JSON.parse((await lines.next()).value as string) as RetrieverWork;
const config = bert(work.shape);
const params = randomParams(config);
const net = new NetSession({ config, params, scoring: 'mean', temperature: work.temperature, threads: work.threads });
const texts = (ids: readonly number[][]): TokenText[] => ids.map((text) => ({ ids: Int32Array.from(text) }));
const [queries_Q, documents_D] = [texts(work.queries), texts(work.documents)];
const update = { learningRate: 1e-6, weightDecay: 0.01, maxGradNorm: 1 };

await step();
answer({ ready: true });
while ((await lines.next()).done !== true) {
  const start = performance.now();
  await step();
  const seconds: EncoderSeconds = { whole: (performance.now() - start) / 1000, peakGb: peakGigabytes() };
  answer(seconds);
}
await net.dispose();

/** Every query has its own positive; all other documents of the batch are negatives. */
async function step(): Promise<void> {
  if (work.kind === 'encode') {
    await net.encode(documents_D);
    return;
  }
  const count = queries_Q.length;
  const positive = Uint8Array.from({ length: count * count }, (_, i) => (i % (count + 1) === 0 ? 1 : 0));
  const masks = { queries: count, documents: count, positive, ignore: new Uint8Array(count * count) };
  await net.trainStep({ queries_Q, documents_D, masks }, update);
}

function bert(shape: EncoderShape): EncoderConfig {
  const json = {
    model_type: 'bert',
    vocab_size: shape.vocab,
    hidden_size: shape.hidden,
    num_hidden_layers: shape.layers,
    num_attention_heads: shape.heads,
    intermediate_size: shape.ffn,
    max_position_embeddings: shape.maxTokens,
    hidden_act: 'gelu',
    train_embeddings: true,
  };
  return parseEncoderJson(json, 'bench', { pooling: 'token', dense: [shape.dim] });
}

/** Matrices of deviation .02, norms 1, biases 0. */
function randomParams(of: EncoderConfig): Params {
  const rng = Rng.fromSeed('bench');
  return new Map(
    architectureOf(of).params.map(({ name, shape, decay }) => {
      const draw = decay ? () => 0.02 * rng.normal() : () => (name.endsWith('Bias') ? 0 : 1);
      return [name, Float32Array.from({ length: sizeOf(shape) }, draw)];
    }),
  );
}

function answer(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
