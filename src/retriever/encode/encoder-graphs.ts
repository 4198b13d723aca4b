/** The two programs of an encoder: texts to vectors, and one training pass (forward, MaxSim, InfoNCE, backward). */
import { encoderParams } from '../../models/encoder-config.js';
import { declareEncoder, encodeTokens } from '../../models/encoder.js';
import type { Params } from '../../models/parameters.js';
import { compile, gradients, Graph, type Feed, type Program, type Tensor } from '../../tensor/index.js';
import type { EncoderSetup, TrainBatch } from './encoder-port.js';
import { checkMasks } from '../train/infonce.js';
import { infoNceLoss, pairFeeds } from '../train/infonce-graph.js';
import { maxSimScores } from '../score/maxsim-graph.js';
import { padIds } from './token-batches.js';

type Feeds = Record<string, Feed>;

/** Program `ids`, `mask` -> `vectors` [B, T, dim] (T = 1 with the single-vector head). */
export function compileEncode({ config, threads }: EncoderSetup): Promise<Program> {
  const graph = new Graph('encode');
  const params = declareEncoder(graph, config);
  const ids = graph.input('ids', 'int32', ['B', 'T']);
  const mask = graph.input('mask', 'float32', ['B', 'T']);
  graph.output('vectors', encodeTokens(config, params, ids, mask));
  return compile(graph, threads === undefined ? {} : { threads });
}

export function compileTrain(setup: EncoderSetup): Promise<Program> {
  return compile(trainGraph(setup), setup.threads === undefined ? {} : { threads: setup.threads });
}

/** Graph of {@link trainFeeds} -> `loss`, `meanMaxProbability` and, for every trained parameter, `d/NAME`. */
export function trainGraph({ config, scoring, temperature }: EncoderSetup): Graph {
  const graph = new Graph('train-retriever');
  const params = declareEncoder(graph, config);
  const side = (name: string, count: string, length: string): [Tensor, Tensor] => [
    graph.input(`${name}Ids`, 'int32', [count, length]),
    graph.input(`${name}Mask`, 'float32', [count, length]),
  ];
  const [queryIds, queryMask] = side('query', 'Q', 'S');
  const [documentIds, documentMask] = side('document', 'D', 'T');
  const pair = (name: string) => graph.input(name, 'float32', ['Q', 'D']);
  const pairs = { weight: pair('weight'), negativeBias: pair('negativeBias'), candidateBias: pair('candidateBias') };
  const queries = encodeTokens(config, params, queryIds, queryMask);
  const documents = encodeTokens(config, params, documentIds, documentMask);
  const single = config.head === 'single-vector';
  const one = (count: string) => graph.input(`one${count}`, 'float32', [count, 1]);
  const scores = single
    ? maxSimScores(queries, one('Q'), documents, undefined, scoring)
    : maxSimScores(queries, queryMask, documents, documentMask, scoring);
  const { loss, meanMaxProbability } = infoNceLoss(scores, pairs, temperature);
  graph.output('loss', loss);
  graph.output('meanMaxProbability', meanMaxProbability);
  const trained = encoderParams(config).filter((param) => param.trained);
  const grads = gradients(
    loss,
    trained.map(({ name }) => params.get(name) as Tensor),
  );
  trained.forEach(({ name }, i) => graph.output(`d/${name}`, grads[i] as Tensor));
  return graph;
}

/** Feeds of the training program for one batch. */
export function trainFeeds({ config }: EncoderSetup, { queries_Q, documents_D, masks }: TrainBatch): Feeds {
  checkMasks(masks, queries_Q.length * documents_D.length);
  const query = padIds(queries_Q, config);
  const document = padIds(documents_D, config);
  const pairs = Object.entries(pairFeeds(masks)).map(([name, data]) => [
    name,
    { data, shape: [masks.queries, masks.documents] },
  ]);
  return {
    queryIds: { data: query.ids, shape: query.shape },
    queryMask: { data: query.mask, shape: query.shape },
    documentIds: { data: document.ids, shape: document.shape },
    documentMask: { data: document.mask, shape: document.shape },
    oneQ: { data: new Float32Array(masks.queries).fill(1), shape: [masks.queries, 1] },
    ...(Object.fromEntries(pairs) as Feeds),
  };
}

/** Parameters as feeds: views, no copies. */
export function paramFeeds(setup: EncoderSetup, params: Params): Feeds {
  return Object.fromEntries(
    encoderParams(setup.config).map(({ name, shape }) => [name, { data: params.get(name) as Float32Array, shape }]),
  );
}
