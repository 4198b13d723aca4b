/** Exact MaxSim of many queries against many documents, in blocks of bounded size through one compiled product. */
import { assertFinite } from '../../core/finite.js';
import { compile, Graph, type Program } from '../../tensor/index.js';
import type { Scoring } from '../score/maxsim.js';
import { maxSimScores } from '../score/maxsim-graph.js';
import { groupByLength } from '../encode/net/token-batches.js';
import { padTexts, rowOffsets, sliceTexts, type TokenVectors } from '../encode/token-vectors.js';

/** Document tokens of a block, and query tokens times document tokens of one product (64 MB of scores). */
const BLOCK_TOKENS = 16_384;
const PRODUCT_CELLS = 1 << 24;

/** Documents of like length, padded by repeating their first row, which leaves every maximum as it is. */
interface Block {
  documents: number[];
  vectors: Float32Array;
  /** Tokens of each. */
  length: number;
}

/** Scores queries against one set of documents. Make one where the tensor session may block the thread. */
export class ExactSearch {
  private readonly program: Program;
  private readonly dim: number;
  private blocks: Block[] = [];
  private documents = 0;

  private constructor(program: Program, dim: number) {
    this.program = program;
    this.dim = dim;
  }

  static async create(dim: number, scoring: Scoring, threads?: number): Promise<ExactSearch> {
    const graph = new Graph('maxsim');
    const query = graph.input('query', 'float32', ['Q', 'S', dim]);
    const mask = graph.input('mask', 'float32', ['Q', 'S']);
    const document = graph.input('document', 'float32', ['D', 'T', dim]);
    graph.output('scores', maxSimScores(query, mask, document, undefined, scoring));
    return new ExactSearch(await compile(graph, threads === undefined ? {} : { threads }), dim);
  }

  setDocuments(vectors: TokenVectors): void {
    const offsets = rowOffsets(vectors.lengths);
    const full = Array.from({ length: vectors.lengths.length }, (_, i) => i).filter(
      (i) => (vectors.lengths[i] as number) > 0,
    );
    const groups = groupByLength(
      full.map((i) => vectors.lengths[i] as number),
      BLOCK_TOKENS,
    );
    this.documents = vectors.lengths.length;
    this.blocks = groups.map((group) =>
      makeBlock(
        vectors,
        offsets,
        group.map((i) => full[i] as number),
      ),
    );
  }

  /** [Q * D]; minus infinity for a document without tokens. */
  async score(queries: TokenVectors): Promise<Float32Array> {
    const scores = new Float32Array(queries.lengths.length * this.documents).fill(-Infinity);
    for (const block of this.blocks) {
      const size = queriesAtOnce(queries, block);
      for (let from = 0; from < queries.lengths.length; from += size) {
        const part = sliceTexts(queries, from, Math.min(queries.lengths.length, from + size));
        await this.scoreBlock(part, block, scores.subarray(from * this.documents));
      }
    }
    return scores;
  }

  private async scoreBlock(queries: TokenVectors, block: Block, out: Float32Array): Promise<void> {
    const count = queries.lengths.length;
    const padded = padTexts(queries);
    const { scores } = await this.program.run({
      query: { data: padded.vectors, shape: [count, padded.length, this.dim] },
      mask: { data: padded.mask, shape: [count, padded.length] },
      document: { data: block.vectors, shape: [block.documents.length, block.length, this.dim] },
    });
    const values = scores?.data as Float32Array;
    assertFinite(values, {
      what: 'a MaxSim score',
      hint: 'The index or the encoder is damaged: train the retriever again.',
    });
    for (let q = 0; q < count; q++) {
      for (const [i, d] of block.documents.entries())
        out[q * this.documents + d] = values[q * block.documents.length + i] as number;
    }
  }

  dispose(): Promise<void> {
    return this.program.dispose();
  }
}

function queriesAtOnce(queries: TokenVectors, block: Block): number {
  const longest = queries.lengths.reduce((a, b) => Math.max(a, b), 1);
  return Math.max(1, Math.floor(PRODUCT_CELLS / (block.documents.length * block.length * longest)));
}

function makeBlock({ dim, vectors, lengths }: TokenVectors, offsets: Int32Array, documents: number[]): Block {
  const length = documents.reduce((n, d) => Math.max(n, lengths[d] as number), 1);
  const out = new Float32Array(documents.length * length * dim);
  documents.forEach((d, i) => {
    const rows = vectors.subarray((offsets[d] as number) * dim, (offsets[d + 1] as number) * dim);
    out.set(rows, i * length * dim);
    for (let t = lengths[d] as number; t < length; t++) out.set(rows.subarray(0, dim), (i * length + t) * dim);
  });
  return { documents, vectors: out, length };
}
