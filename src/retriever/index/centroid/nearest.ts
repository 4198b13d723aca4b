/** Products with centroids: the nearest centroid of many vectors, and for the tokens of a query their best ones and steps of all. */
import { closeAll, openWhole } from '../../../core/closing.js';
import {
  argmax,
  cast,
  clip,
  compile,
  Graph,
  linear,
  topk,
  type Dim,
  type Program,
  type Tensor,
} from '../../../tensor/index.js';

/** Vectors of one product: its matrix stays small beside the vectors themselves. */
const ROWS = 1 << 15;

/** Query tokens of a table of steps. */
export const TABLE_TOKENS = 32;
/** Steps of a table, the least of which is -128. */
export const STEPS = 255;
export const LEAST_STEP = -128;

/** Rows [n, dim], flat. */
export type Rows = Float32Array;

/** The best centroids of each query token, [T * probes], best first. */
export interface BestCentroids {
  places: Int32Array;
  scores: Float32Array;
}

/** Compiled products of one vector size. Runs block the thread. */
export class CentroidProducts {
  private readonly nearestProgram: Program;
  private readonly stepProgram: Program;
  private readonly bestPrograms = new Map<number, Program>();
  private readonly dim: number;
  readonly threads: number | undefined;

  private constructor(nearest: Program, steps: Program, dim: number, threads: number | undefined) {
    this.nearestProgram = nearest;
    this.stepProgram = steps;
    this.dim = dim;
    this.threads = threads;
  }

  static async create(dim: number, threads?: number): Promise<CentroidProducts> {
    const nearest = productOf(dim, 'nearest centroid', (graph, rows, centroids) => {
      graph.output('nearest', cast(argmax(linear(rows, centroids), 1), 'int32'));
    });
    const steps = productOf(
      dim,
      'steps of centroids',
      (graph, rows, centroids) => {
        const least = graph.constant(new Float32Array(TABLE_TOKENS).fill(LEAST_STEP), [TABLE_TOKENS]);
        const products = linear(centroids, rows, { bias: least });
        graph.output('steps', cast(clip(products, LEAST_STEP, LEAST_STEP + STEPS), 'int8'));
      },
      TABLE_TOKENS,
    );
    const options = threads === undefined ? {} : { threads };
    return openWhole(async (own) => {
      const programs = [own(await compile(nearest, options)), own(await compile(steps, options))] as const;
      return new CentroidProducts(...programs, dim, threads);
    });
  }

  /** For each row the centroid with the largest product. */
  async nearest(rows: Rows, centroids: Rows): Promise<Int32Array> {
    const { dim } = this;
    const count = rows.length / dim;
    const out = new Int32Array(count);
    for (let from = 0; from < count; from += ROWS) {
      const part = rows.subarray(from * dim, Math.min(count, from + ROWS) * dim);
      const feeds = { rows: this.feed(part), centroids: this.feed(centroids) };
      const { nearest } = await this.nearestProgram.run(feeds);
      out.set(nearest?.data as Int32Array, from);
    }
    return out;
  }

  /** For each row the `probes` centroids with the largest products, ties to the first. */
  async best(rows: Rows, centroids: Rows, probes: number): Promise<BestCentroids> {
    let program = this.bestPrograms.get(probes);
    if (!program) {
      const graph = productOf(this.dim, `best ${probes} centroids`, (own, tokens, all) => {
        const { values, indices } = topk(linear(tokens, all), probes);
        own.output('scores', values);
        own.output('places', cast(indices, 'int32'));
      });
      program = await compile(graph, this.threads === undefined ? {} : { threads: this.threads });
      this.bestPrograms.set(probes, program);
    }
    const { scores, places } = await program.run({ rows: this.feed(rows), centroids: this.feed(centroids) });
    return { scores: scores?.data as Float32Array, places: places?.data as Int32Array };
  }

  /**
   * Tables of products in steps, one for each {@link TABLE_TOKENS} rows: [K * TABLE_TOKENS], 0 and below being {@link LEAST_STEP} and
   * `largest` that and {@link STEPS} more. Rows that are missing in the last table have the least step everywhere.
   */
  async steps(rows: Rows, centroids: Rows, largest: number): Promise<Int8Array[]> {
    const size = TABLE_TOKENS * this.dim;
    const scale = largest > 0 ? STEPS / largest : 0;
    const tables: Int8Array[] = [];
    for (let from = 0; from < rows.length; from += size) {
      const part = new Float32Array(size);
      part.set(rows.subarray(from, from + size).map((value) => value * scale));
      const { steps } = await this.stepProgram.run({ rows: this.feed(part), centroids: this.feed(centroids) });
      tables.push(steps?.data as Int8Array);
    }
    return tables;
  }

  dispose(): Promise<void> {
    return closeAll([this.nearestProgram, this.stepProgram, ...this.bestPrograms.values()]);
  }

  private feed(data: Rows): { data: Rows; shape: [number, number] } {
    return { data, shape: [data.length / this.dim, this.dim] };
  }
}

/** A graph over rows [N, dim] and centroids [K, dim]. */
function productOf(
  dim: number,
  name: string,
  outputs: (graph: Graph, rows: Tensor, centroids: Tensor) => void,
  count: Dim = 'N',
): Graph {
  const graph = new Graph(name);
  outputs(graph, graph.input('rows', 'float32', [count, dim]), graph.input('centroids', 'float32', ['K', dim]));
  return graph;
}
