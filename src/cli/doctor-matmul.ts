/** One matrix product through the project's own tensor path, with its rate and whether it came out right. */
import { compile, Graph, matmul } from '../tensor/index.js';

/** Multiplies two n x n matrices of ones: every element of the product is n. The rate is the best of a few runs. */
export async function multiplyOnce(n: number): Promise<{ gflops: number; right: boolean }> {
  const graph = new Graph('doctor');
  graph.output('c', matmul(graph.input('a', 'float32', [n, n]), graph.input('b', 'float32', [n, n])));
  const program = await compile(graph);
  try {
    const ones = { data: new Float32Array(n * n).fill(1), shape: [n, n] };
    let gflops = 0;
    let right = true;
    for (let run = 0; run < 5; run++) {
      const start = performance.now();
      const { c } = await program.run({ a: ones, b: ones });
      gflops = Math.max(gflops, (2 * n ** 3) / ((performance.now() - start) * 1e6));
      right &&= c?.data.length === n * n && c.data[0] === n && c.data.at(-1) === n;
    }
    return { gflops, right };
  } finally {
    await program.dispose();
  }
}
