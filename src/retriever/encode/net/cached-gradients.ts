/**
 * Cached gradients (GradCache; Gao et al., 2021, arXiv 2101.06983): the gradient of a big batch with the activations of a few texts at
 * a time. Vectors of all texts are computed without keeping activations; scores and the loss's slope by each score come from
 * them; then every few texts are computed once more, this time with activations, to carry the slopes of their vectors back into
 * the weights. Texts are encoded twice, and the gradients are those of the whole batch at once up to rounding. Scores are formed
 * block by block too: of late interaction the token products are what is largest.
 */
import { closeAll } from '../../../core/closing.js';
import { declareEncoder, type EncoderArchitecture } from '../../../models/encoders/types.js';
import { architectureOf } from '../../../models/encoders/config.js';
import type { Trainable } from '../../../optim/trainables.js';
import { add, compile, gradients, Graph, mul, sum, type Program, type Tensor } from '../../../tensor/index.js';
import { maxSimScores } from '../../score/maxsim-graph.js';
import { checkMasks } from '../../train/infonce.js';
import { DEFAULT_LOSS, pairLoss } from '../../train/loss.js';
import { rowOffsets, type TokenVectors } from '../token-vectors.js';
import type { TokenText } from '../token-text.js';
import { gradientFetches, paramFeeds } from './graphs.js';
import type { NetSetup, TokenBatch } from './port.js';
import { textFeeds, textInputs } from './text-inputs.js';
import { padTokens } from './token-batches.js';
import { addUnpadded, padVectors } from './vector-blocks.js';

export class CachedGradients {
  private readonly setup: NetSetup;
  private readonly net: EncoderArchitecture;
  private readonly trainables: readonly Trainable[];
  private readonly encode: (texts: readonly TokenText[]) => Promise<TokenVectors>;
  private readonly programs: Record<'scores' | 'slopes' | 'backward', Promise<Program>>;

  /** `encode` gives the vectors of texts under the present weights; gradients go into the buffers of the trainables. */
  constructor(
    setup: NetSetup,
    trainables: readonly Trainable[],
    encode: (texts: readonly TokenText[]) => Promise<TokenVectors>,
  ) {
    this.setup = setup;
    this.net = architectureOf(setup.config);
    this.trainables = trainables;
    this.encode = encode;
    const options = setup.threads === undefined ? {} : { threads: setup.threads };
    this.programs = {
      scores: compile(scoreGraph(this.net, setup, false), options),
      slopes: compile(scoreGraph(this.net, setup, true), options),
      backward: compile(backwardGraph(this.net), options),
    };
    // Whoever runs one meets its error; nobody waits for it before.
    for (const program of Object.values(this.programs)) program.catch(() => undefined);
  }

  /** Loss of the batch; its gradient overwrites the gradient buffers. `microBatch`: texts at a time. */
  async run(batch: TokenBatch, microBatch: number): Promise<{ loss: number; meanMaxProbability: number }> {
    const { queries_Q, documents_D, masks, loss: settings = DEFAULT_LOSS } = batch;
    checkMasks(masks, queries_Q.length * documents_D.length);
    const [queries, documents] = [await this.encode(queries_Q), await this.encode(documents_D)];
    const blocks = { queries: chunks(queries.lengths, microBatch), documents: chunks(documents.lengths, microBatch) };
    const scores = await this.scores(queries, documents, blocks);
    const { loss, gradient, meanMaxProbability } = pairLoss(settings, scores, masks, this.setup.temperature);
    const slopes = await this.slopes(queries, documents, blocks, gradient);
    for (const { grad } of this.trainables) grad.fill(0);
    await this.backward(queries_Q, queries, slopes.queries, blocks.queries);
    await this.backward(documents_D, documents, slopes.documents, blocks.documents);
    return { loss, meanMaxProbability };
  }

  dispose(): Promise<void> {
    return closeAll(Object.values(this.programs));
  }

  private async scores(queries: TokenVectors, documents: TokenVectors, blocks: Blocks): Promise<Float32Array> {
    const program = await this.programs.scores;
    const width = documents.lengths.length;
    const out = new Float32Array(queries.lengths.length * width);
    await this.eachBlock(queries, documents, blocks, async (feeds, rows, columns) => {
      const { scores } = await program.run(feeds);
      const at = scores!.data as Float32Array;
      rows.forEach((q, r) => columns.forEach((d, c) => (out[q * width + d] = at[r * columns.length + c]!)));
    });
    return out;
  }

  /** Slopes of the loss by every number of the vectors, in their layout. */
  private async slopes(
    queries: TokenVectors,
    documents: TokenVectors,
    blocks: Blocks,
    gradient: Float64Array,
  ): Promise<{ queries: TokenVectors; documents: TokenVectors }> {
    const program = await this.programs.slopes;
    const none = (of: TokenVectors): TokenVectors => ({ ...of, vectors: new Float32Array(of.vectors.length) });
    const out = { queries: none(queries), documents: none(documents) };
    const width = documents.lengths.length;
    await this.eachBlock(queries, documents, blocks, async (feeds, rows, columns) => {
      const slope = Float32Array.from(rows.flatMap((q) => columns.map((d) => gradient[q * width + d]!)));
      if (slope.every((value) => value === 0)) return;
      const shape = [rows.length, columns.length];
      const result = await program.run({ ...feeds, slope: { data: slope, shape } });
      addUnpadded(out.queries, rows, result['d/query']!.data as Float32Array);
      addUnpadded(out.documents, columns, result['d/document']!.data as Float32Array);
    });
    return out;
  }

  private async eachBlock(
    queries: TokenVectors,
    documents: TokenVectors,
    blocks: Blocks,
    use: (feeds: ReturnType<typeof blockFeeds>, rows: number[], columns: number[]) => Promise<void>,
  ): Promise<void> {
    const single = this.net.head === 'single-vector';
    for (const rows of blocks.queries) {
      for (const columns of blocks.documents) {
        await use(blockFeeds(padVectors(queries, rows, single), padVectors(documents, columns, single)), rows, columns);
      }
    }
  }

  /** Adds the gradient of texts whose vectors have these slopes. */
  private async backward(
    texts: readonly TokenText[],
    vectors: TokenVectors,
    slopes: TokenVectors,
    blocks: number[][],
  ): Promise<void> {
    const program = await this.programs.backward;
    const offsets = rowOffsets(vectors.lengths);
    const { dim } = this.net;
    const fetches = gradientFetches(this.net, this.trainables);
    const sofar = Object.fromEntries(Object.entries(fetches).map(([name, feed]) => [`so-far/${name}`, feed]));
    for (const block of blocks) {
      const padded = padTokens(
        block.map((i) => texts[i]!),
        this.net,
      );
      const rows = this.net.head === 'single-vector' ? 1 : padded.shape[1];
      const slope = new Float32Array(block.length * rows * dim);
      block.forEach((i, b) => {
        let from = offsets[i]! * dim;
        const end = from + vectors.lengths[i]! * dim;
        // Rows of tokens that count stand one after the other; in the padded batch each stands at its token.
        for (let token = 0; from < end; token++) {
          if (rows > 1 && texts[i]!.kept && texts[i]!.kept[token] === 0) continue;
          slope.set(slopes.vectors.subarray(from, (from += dim)), (b * rows + token) * dim);
        }
      });
      const feeds = {
        ...textFeeds(padded, this.net),
        slope: { data: slope, shape: [block.length, rows, dim] },
      };
      await program.run({ ...paramFeeds(this.setup), ...sofar, ...feeds }, fetches);
    }
  }
}

interface Blocks {
  queries: number[][];
  documents: number[][];
}

/** Places in `lengths`, `size` at a time, texts of like length together. */
function chunks(lengths: Int32Array, size: number): number[][] {
  const order = Array.from(lengths, (_, i) => i).toSorted((a, b) => lengths[a]! - lengths[b]! || a - b);
  return Array.from({ length: Math.ceil(order.length / size) }, (_, c) => order.slice(c * size, (c + 1) * size));
}

function blockFeeds(query: ReturnType<typeof padVectors>, document: ReturnType<typeof padVectors>) {
  return {
    query: query.vectors,
    'query/kept': query.kept,
    document: document.vectors,
    'document/kept': document.kept,
  };
}

/** Vectors of a block -> `scores` [Q, D], or with `slope` [Q, D] the slopes `d/query` and `d/document` of the vectors. */
function scoreGraph({ dim }: EncoderArchitecture, { scoring }: NetSetup, back: boolean): Graph {
  const graph = new Graph(back ? 'slopes' : 'scores');
  const side = (name: string, count: string, length: string): [vectors: Tensor, kept: Tensor] => [
    graph.input(name, 'float32', [count, length, dim]),
    graph.input(`${name}/kept`, 'float32', [count, length]),
  ];
  const [query, queryKept] = side('query', 'Q', 'S');
  const [document, documentKept] = side('document', 'D', 'T');
  const scores = maxSimScores(query, queryKept, document, documentKept, scoring);
  if (!back) {
    graph.output('scores', scores);
    return graph;
  }
  const along = sum(mul(scores, graph.input('slope', 'float32', ['Q', 'D'])));
  const [ofQuery, ofDocument] = gradients(along, [query, document]);
  graph.output('d/query', ofQuery!);
  graph.output('d/document', ofDocument!);
  return graph;
}

/** Texts, the slopes of their vectors and `so-far/d/NAME` -> `d/NAME` with their gradient added. */
function backwardGraph(net: EncoderArchitecture): Graph {
  const graph = new Graph('backward');
  const params = declareEncoder(graph, net);
  const vectors = net.vectors(params, textInputs(graph, net, ['B', 'T']));
  const rows = net.head === 'single-vector' ? 1 : 'T';
  const along = sum(mul(vectors, graph.input('slope', 'float32', ['B', rows, net.dim])));
  const trained = net.params.filter((param) => param.trained);
  const grads = gradients(
    along,
    trained.map(({ name }) => params.get(name)!),
  );
  trained.forEach(({ name, shape }, i) =>
    graph.output(`d/${name}`, add(graph.input(`so-far/d/${name}`, 'float32', shape), grads[i]!)),
  );
  return graph;
}
