/** The programs of an encoder: texts to vectors, and one training pass (forward, MaxSim, loss, backward). */
import { architectureOf } from '../../../models/encoders/config.js';
import { declareEncoder, type EncoderArchitecture } from '../../../models/encoders/types.js';
import type { Trainable } from '../../../optim/trainables.js';
import {
  compile,
  gradients,
  Graph,
  type Feed,
  type Program,
  type Tensor,
  type TensorData,
} from '../../../tensor/index.js';
import { maxSimScores } from '../../score/maxsim-graph.js';
import { checkMasks } from '../../train/infonce.js';
import { DEFAULT_LOSS, lossFeeds, lossTensors, type LossKind } from '../../train/loss.js';
import type { TokenText } from '../token-text.js';
import type { NetSetup, TokenBatch } from './port.js';
import { textFeeds, textInputs } from './text-inputs.js';
import { padTokens } from './token-batches.js';

type Feeds = Record<string, Feed>;

/** Program of {@link textInputs} -> `vectors` [B, T, dim] (T = 1 with a single vector a text). */
export function compileEncode({ config, threads }: NetSetup): Promise<Program> {
  const net = architectureOf(config);
  const graph = new Graph('encode');
  const params = declareEncoder(graph, net);
  graph.output('vectors', net.vectors(params, textInputs(graph, net, ['B', 'T'])));
  return compile(graph, threads === undefined ? {} : { threads });
}

export function compileTrain(setup: NetSetup, loss: LossKind): Promise<Program> {
  return compile(trainGraph(setup, loss), setup.threads === undefined ? {} : { threads: setup.threads });
}

/** Graph of {@link trainFeeds} -> `loss`, `meanMaxProbability` and, for every trained parameter, `d/NAME`. */
export function trainGraph({ config, scoring, temperature }: NetSetup, kind: LossKind): Graph {
  const net = architectureOf(config);
  const graph = new Graph('train-retriever');
  const params = declareEncoder(graph, net);
  const side = (name: string, count: string, length: string): { vectors: Tensor; kept: Tensor } => {
    const vectors = net.vectors(params, textInputs(graph, net, [count, length], `${name}/`));
    const single = net.head === 'single-vector';
    const kept = single
      ? graph.input(`${name}/one`, 'float32', [count, 1])
      : graph.input(`${name}/kept`, 'float32', [count, length]);
    return { vectors, kept };
  };
  const query = side('query', 'Q', 'S');
  const document = side('document', 'D', 'T');
  const scores = maxSimScores(query.vectors, query.kept, document.vectors, document.kept, scoring);
  const pair = (name: string) => graph.input(name, 'float32', ['Q', 'D']);
  const { loss, meanMaxProbability } = lossTensors(kind, scores, pair, temperature);
  graph.output('loss', loss);
  graph.output('meanMaxProbability', meanMaxProbability);
  const trained = net.params.filter((param) => param.trained);
  const grads = gradients(
    loss,
    trained.map(({ name }) => params.get(name) as Tensor),
  );
  trained.forEach(({ name }, i) => graph.output(`d/${name}`, grads[i] as Tensor));
  return graph;
}

/** Feeds of the training program for one batch. */
export function trainFeeds(
  { config }: NetSetup,
  { queries_Q, documents_D, masks, loss = DEFAULT_LOSS }: TokenBatch,
): Feeds {
  checkMasks(masks, queries_Q.length * documents_D.length);
  const net = architectureOf(config);
  const side = (name: string, texts: readonly TokenText[]): Feeds => {
    const padded = padTokens(texts, net);
    const { kept, shape } = padded;
    const count = texts.length;
    return {
      ...textFeeds(padded, net, `${name}/`),
      ...(net.head === 'single-vector'
        ? { [`${name}/one`]: { data: new Float32Array(count).fill(1), shape: [count, 1] } }
        : { [`${name}/kept`]: { data: kept, shape } }),
    };
  };
  const pairs = Object.entries(lossFeeds(loss, masks)).map(([name, data]) => [
    name,
    { data, shape: [masks.queries, masks.documents] },
  ]);
  return { ...side('query', queries_Q), ...side('document', documents_D), ...(Object.fromEntries(pairs) as Feeds) };
}

/** Parameters as feeds: views, no copies. */
export function paramFeeds({ config, params }: Pick<NetSetup, 'config' | 'params'>): Feeds {
  return Object.fromEntries(
    architectureOf(config).params.map(({ name, shape }) => [name, { data: params.get(name) as Float32Array, shape }]),
  );
}

/** Fetches `d/NAME` of the trained parameters into their gradient buffers, which are overwritten. */
export function gradientFetches(
  net: EncoderArchitecture,
  trainables: readonly Trainable[],
): Record<string, TensorData> {
  const shapes = new Map(net.params.map(({ name, shape }) => [name, shape]));
  return Object.fromEntries(
    trainables.map(({ name, value, grad }) => [`d/${name}`, { data: grad, shape: shapes.get(name) ?? [value.length] }]),
  );
}
