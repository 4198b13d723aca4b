/** Products with centroids: the nearest centroid of many vectors, and the score of every centroid. */
import { argmax, cast, compile, Graph, linear, type Program } from '../../../tensor/index.js';

/** Vectors of one product: its matrix stays small beside the vectors themselves. */
const ROWS = 1 << 15;

/** Rows [n, dim], flat. */
export type Rows = Float32Array;

/** Compiled products of one vector size. Runs block the thread. */
export class CentroidProducts {
  private readonly nearestProgram: Program;
  private readonly scoreProgram: Program;
  private readonly dim: number;
  readonly threads: number | undefined;

  private constructor(nearest: Program, score: Program, dim: number, threads: number | undefined) {
    this.nearestProgram = nearest;
    this.scoreProgram = score;
    this.dim = dim;
    this.threads = threads;
  }

  static async create(dim: number, threads?: number): Promise<CentroidProducts> {
    const options = threads === undefined ? {} : { threads };
    const make = (name: string, kind: 'nearest' | 'scores') => {
      const graph = new Graph(name);
      const rows = graph.input('rows', 'float32', ['N', dim]);
      const centroids = graph.input('centroids', 'float32', ['K', dim]);
      const scores = linear(rows, centroids);
      graph.output(kind, kind === 'nearest' ? cast(argmax(scores, 1), 'int32') : scores);
      return compile(graph, options);
    };
    return new CentroidProducts(
      await make('nearest centroid', 'nearest'),
      await make('centroid scores', 'scores'),
      dim,
      threads,
    );
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

  /** Products of every row with every centroid, [N * K] row by row. */
  async scores(rows: Rows, centroids: Rows): Promise<Float32Array> {
    const { scores } = await this.scoreProgram.run({ rows: this.feed(rows), centroids: this.feed(centroids) });
    return scores?.data as Float32Array;
  }

  async dispose(): Promise<void> {
    await this.nearestProgram.dispose();
    await this.scoreProgram.dispose();
  }

  private feed(data: Rows): { data: Rows; shape: [number, number] } {
    return { data, shape: [data.length / this.dim, this.dim] };
  }
}
