import { describe, expect, it } from 'vitest';
import { compile, Graph } from '../../tensor/index.js';
import { applyHead, headDim, headKind, headParams, type HeadConfig, type Pooling } from './head.js';

// Two texts of three places, the second of two tokens; hidden states of two numbers.
const hidden = Float32Array.from([3, 4, 0, 2, 1, 0, 0, 5, 8, 6, 9, 9]);
const attended = Float32Array.from([1, 1, 1, 1, 1, 0]);

async function vectors(config: HeadConfig, dense: Float32Array[] = []): Promise<number[]> {
  const graph = new Graph('head');
  const params = headParams(config, 2);
  const tensors = new Map(params.map(({ name, shape }) => [name, graph.param(name, shape)]));
  const x = graph.input('x', 'float32', ['B', 'T', 2]);
  graph.output('y', applyHead(config, tensors, x, graph.input('attended', 'float32', ['B', 'T'])));
  const program = await compile(graph, { threads: 1 });
  const feeds = Object.fromEntries(params.map(({ name, shape }, i) => [name, { data: dense[i]!, shape }]));
  const { y } = await program.run({
    x: { data: hidden, shape: [2, 3, 2] },
    attended: { data: attended, shape: [2, 3] },
    ...feeds,
  });
  await program.dispose();
  return Array.from(y!.data as Float32Array, (v) => Math.round(v * 1e4) / 1e4);
}

describe('applyHead', () => {
  // By hand: [3,4] is [.6,.8]; the mean of [3,4],[0,2],[1,0] is [4/3,2], as [2,3]; of [0,5],[8,6] it is [4,5.5].
  const unit = (a: number, b: number) => [a, b].map((v) => Math.round((v / Math.hypot(a, b)) * 1e4) / 1e4);
  it.each<[Pooling, number[]]>([
    ['cls', [0.6, 0.8, 0, 1]],
    ['last', [1, 0, 0.8, 0.6]],
    ['mean', [...unit(2, 3), ...unit(4, 5.5)]],
    ['token', [0.6, 0.8, 0, 1, 1, 0, 0, 1, 0.8, 0.6, ...unit(1, 1)]],
  ])('pools by %s and gives unit vectors', async (pooling, expected) => {
    expect(await vectors({ pooling, dense: [] })).toEqual(expected);
  });

  it('puts dense layers above the hidden states, one after the other', async () => {
    const config: HeadConfig = { pooling: 'cls', dense: [3, 2] };
    const first = Float32Array.from([1, 0, 0, 1, 1, 1]); // [a, b] to [a, b, a + b]
    const second = Float32Array.from([0, 0, 1, 1, 0, 0]); // to [a + b, a]
    expect(await vectors(config, [first, second])).toEqual([...unit(7, 3), 1, 0]);
    expect([headDim(config, 9), headDim({ pooling: 'cls', dense: [] }, 9)]).toEqual([2, 9]);
    expect([headKind(config), headKind({ pooling: 'token', dense: [] })]).toEqual([
      'single-vector',
      'late-interaction',
    ]);
  });
});
