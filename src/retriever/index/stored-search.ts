/** Exact MaxSim of one query with chunks as they stand on disk: bytes go to the product as they are read. */
import { closeAll, openWhole } from '../../core/closing.js';
import { assertFinite, DAMAGED_HINT } from '../../core/finite.js';
import { cast, compile, Graph, mul, rmsNorm, type Program } from '../../tensor/index.js';
import { groupByLength } from '../encode/net/token-batches.js';
import type { TokenVectors } from '../encode/token-vectors.js';
import { maxSimScores } from '../score/maxsim-graph.js';
import { BYTES_OF, storedArray, UNIT_ROWS } from './store/quantise.js';
import type { IndexStore } from './store/store.js';

/** Document tokens of one product. */
const BLOCK_TOKENS = 16_384;
/** Beside the squares of steps, of which the largest is 127 squared. */
const TINY = 1e-12;

/** Products with chunks whose rows are unit vectors in steps of their own, and with those that have a scale (or are as they were given). */
type Programs = Record<'unit' | 'scaled', Program>;

/** Runs block the thread. */
export class StoredSearch {
  private readonly programs: Programs;

  private constructor(programs: Programs) {
    this.programs = programs;
  }

  /** For stores of one size of vectors, kind of numbers and scoring. */
  static async create({ dim, dtype, spec }: IndexStore['header'], threads?: number): Promise<StoredSearch> {
    const make = (kind: keyof Programs) => {
      const graph = new Graph(`maxsim of stored chunks, ${kind}`);
      const query = graph.input('query', 'float32', [1, 'S', dim]);
      const mask = graph.input('mask', 'float32', [1, 'S']);
      const document = cast(graph.input('document', dtype, ['D', 'T', dim]), 'float32');
      const ones = graph.constant(new Float32Array(dim).fill(1 / Math.sqrt(dim)), [dim]);
      const vectors = kind === 'unit' ? rmsNorm(document, ones, TINY) : document;
      const scores = maxSimScores(query, mask, vectors, undefined, spec.scoring);
      graph.output('scores', kind === 'unit' ? scores : mul(scores, graph.input('scale', 'float32', ['D'])));
      return compile(graph, threads === undefined ? {} : { threads });
    };
    return openWhole(async (own) => {
      return new StoredSearch({ unit: own(await make('unit')), scaled: own(await make('scaled')) });
    });
  }

  /** The score of each chunk; minus infinity for one without tokens. */
  async score(store: IndexStore, query: TokenVectors, chunks: readonly number[]): Promise<Float32Array> {
    const { lengthOf, scaleOf } = store.documents;
    const out = new Float32Array(chunks.length).fill(-Infinity);
    const full = [...chunks.keys()].filter((i) => (lengthOf[chunks[i] as number] as number) > 0);
    const isUnit = (i: number) => scaleOf[chunks[i] as number] === UNIT_ROWS;
    for (const kind of ['unit', 'scaled'] as const) {
      const own = full.filter((i) => isUnit(i) === (kind === 'unit'));
      const lengths = own.map((i) => lengthOf[chunks[i] as number] as number);
      for (const group of groupByLength(lengths, BLOCK_TOKENS)) {
        const places = group.map((at) => own[at] as number);
        const scores = await this.products(
          kind,
          store,
          query,
          places.map((i) => chunks[i] as number),
        );
        for (const [at, i] of places.entries()) out[i] = scores[at] as number;
      }
    }
    return out;
  }

  /** Scores of chunks that have tokens, in one product. */
  private async products(
    kind: keyof Programs,
    store: IndexStore,
    query: TokenVectors,
    chunks: readonly number[],
  ): Promise<Float32Array> {
    const { lengthOf, scaleOf } = store.documents;
    const { dim, dtype } = store.header;
    const tokens = query.vectors.length / dim;
    const rowBytes = dim * BYTES_OF[dtype];
    const length = chunks.reduce((n, chunk) => Math.max(n, lengthOf[chunk] as number), 1);
    const bytes = new Uint8Array(chunks.length * length * rowBytes);
    for (const [i, chunk] of chunks.entries()) {
      const from = i * length * rowBytes;
      const end = from + (lengthOf[chunk] as number) * rowBytes;
      store.readBytes(chunk, bytes.subarray(from, end));
      // Padding repeats the first row, which leaves every maximum as it is.
      for (let to = end; to < from + length * rowBytes; to += rowBytes) bytes.copyWithin(to, from, from + rowBytes);
    }
    const scale = Float32Array.from(chunks, (chunk) => scaleOf[chunk] as number);
    const { scores } = await this.programs[kind].run({
      query: { data: query.vectors, shape: [1, tokens, dim] },
      mask: { data: new Float32Array(tokens).fill(1), shape: [1, tokens] },
      document: { data: storedArray(bytes, dtype), shape: [chunks.length, length, dim] },
      ...(kind === 'scaled' && { scale: { data: scale, shape: [chunks.length] } }),
    });
    const values = scores?.data as Float32Array;
    assertFinite(values, { what: 'a MaxSim score', where: store.folder, hint: DAMAGED_HINT });
    return values;
  }

  dispose(): Promise<void> {
    return closeAll(Object.values(this.programs));
  }
}
