/** Exact MaxSim of one query with chunks as they stand on disk: bytes go to the product as they are read. */
import { assertFinite, DAMAGED_HINT } from '../../core/finite.js';
import { cast, compile, Graph, mul, type Program } from '../../tensor/index.js';
import { groupByLength } from '../encode/net/token-batches.js';
import type { TokenVectors } from '../encode/token-vectors.js';
import { maxSimScores } from '../score/maxsim-graph.js';
import { BYTES_OF, storedArray } from './store/quantise.js';
import type { IndexStore } from './store/store.js';

/** Document tokens of one product. */
const BLOCK_TOKENS = 16_384;

/** Runs block the thread. */
export class StoredSearch {
  private readonly program: Program;

  private constructor(program: Program) {
    this.program = program;
  }

  /** For stores of one size of vectors, kind of numbers and scoring. */
  static async create({ dim, dtype, spec }: IndexStore['header'], threads?: number): Promise<StoredSearch> {
    const graph = new Graph('maxsim of stored chunks');
    const query = graph.input('query', 'float32', [1, 'S', dim]);
    const mask = graph.input('mask', 'float32', [1, 'S']);
    const document = graph.input('document', dtype, ['D', 'T', dim]);
    const scale = graph.input('scale', 'float32', ['D']);
    const steps = maxSimScores(query, mask, cast(document, 'float32'), undefined, spec.scoring);
    graph.output('scores', mul(steps, scale));
    return new StoredSearch(await compile(graph, threads === undefined ? {} : { threads }));
  }

  /** The score of each chunk; minus infinity for one without tokens. */
  async score(store: IndexStore, query: TokenVectors, chunks: readonly number[]): Promise<Float32Array> {
    const { lengthOf, scaleOf } = store.documents;
    const { dim, dtype } = store.header;
    const out = new Float32Array(chunks.length).fill(-Infinity);
    const full = [...chunks.keys()].filter((i) => (lengthOf[chunks[i] as number] as number) > 0);
    const lengthAt = (at: number) => lengthOf[chunks[full[at] as number] as number] as number;
    const rowBytes = dim * BYTES_OF[dtype];
    const tokens = query.vectors.length / dim;
    const feeds = {
      query: { data: query.vectors, shape: [1, tokens, dim] },
      mask: { data: new Float32Array(tokens).fill(1), shape: [1, tokens] },
    };
    const groups = groupByLength(
      full.map((_, at) => lengthAt(at)),
      BLOCK_TOKENS,
    );
    for (const group of groups) {
      const length = group.reduce((n, at) => Math.max(n, lengthAt(at)), 1);
      const count = group.length;
      const bytes = new Uint8Array(count * length * rowBytes);
      const scale = new Float32Array(count);
      for (const [i, at] of group.entries()) {
        const chunk = chunks[full[at] as number] as number;
        const [from, end] = [i * length * rowBytes, (i * length + lengthAt(at)) * rowBytes];
        store.readBytes(chunk, bytes.subarray(from, end));
        // Padding repeats the first row, which leaves every maximum as it is.
        for (let to = end; to < from + length * rowBytes; to += rowBytes) bytes.copyWithin(to, from, from + rowBytes);
        scale[i] = scaleOf[chunk] as number;
      }
      const document = { data: storedArray(bytes, dtype), shape: [count, length, dim] };
      const { scores } = await this.program.run({ ...feeds, document, scale: { data: scale, shape: [count] } });
      const values = scores?.data as Float32Array;
      assertFinite(values, { what: 'a MaxSim score', where: store.folder, hint: DAMAGED_HINT });
      for (const [i, at] of group.entries()) out[full[at] as number] = values[i] as number;
    }
    return out;
  }

  dispose(): Promise<void> {
    return this.program.dispose();
  }
}
