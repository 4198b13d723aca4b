import { describe, expect, it } from 'vitest';
import { checkpoint } from './checkpoint.js';
import { gradients } from './gradients.js';
import { Graph, type Tensor } from './graph.js';
import { add, mul } from './ops/arithmetic.js';
import { silu } from './ops/activation.js';
import { linear } from './ops/matmul.js';
import { rmsNorm } from './ops/norm.js';
import { sum } from './ops/reduce.js';
import { emit } from './onnx/emit.js';
import { ModelProto } from './onnx/schema.js';
import { evaluate, numbers } from './testing.js';
import type { TensorData } from './program.js';

const [LAYERS, D, F] = [3, 4, 6];

/** A small residual network; `wrap` decides how a layer is called. All layers share the weight `shared`. */
function network(
  g: Graph,
  wrap: (inputs: Tensor[], weights: Tensor[], build: (inputs: readonly Tensor[]) => Tensor[]) => Tensor[],
): { loss: Tensor; weights: Tensor[]; x: Tensor } {
  const x = g.input('x', 'float32', ['N', D]);
  const shared = g.param('shared', [D]);
  const weights = [shared];
  let h = x;
  for (let i = 0; i < LAYERS; i++) {
    const up = g.param(`up${i}`, [F, D]);
    const down = g.param(`down${i}`, [D, F]);
    weights.push(up, down);
    const layer = ([t]: readonly Tensor[]): Tensor[] => [
      linear(silu(linear(rmsNorm(t as Tensor, shared, 1e-6), up)), down, { residual: t as Tensor }),
    ];
    h = wrap([h], [shared, up, down], layer)[0] as Tensor;
  }
  return { loss: sum(mul(h, h)), weights, x };
}

function feeds(): Record<string, Float32Array | TensorData> {
  const out: Record<string, Float32Array | TensorData> = {
    x: { data: numbers(5 * D, 'x'), shape: [5, D] },
    shared: numbers(D, 's'),
  };
  for (let i = 0; i < LAYERS; i++) {
    out[`up${i}`] = numbers(F * D, `u${i}`);
    out[`down${i}`] = numbers(F * D, `d${i}`);
  }
  return out;
}

const plain = (inputs: Tensor[], _weights: Tensor[], build: (inputs: readonly Tensor[]) => Tensor[]): Tensor[] =>
  build(inputs);

async function gradientsOf(wrap: typeof plain, withRunning: boolean): Promise<number[][]> {
  const running: Record<string, Float32Array> = {};
  const out = await evaluate(
    (g) => {
      const { loss, weights, x } = network(g, wrap);
      const accumulate = new Map<Tensor, Tensor>();
      if (withRunning) {
        for (const w of weights) {
          const name = `running ${w.node.name}`;
          running[name] = numbers(
            (w.shape as number[]).reduce((a, b) => a * b),
            name,
          );
          accumulate.set(w, g.param(name, w.shape as number[]));
        }
      }
      const found = gradients(loss, [...weights, x], { accumulate });
      return Object.fromEntries([['loss', loss], ...found.map((t, i): [string, Tensor] => [`d${i}`, t])]);
    },
    new Proxy(feeds(), { get: (target, name: string) => target[name] ?? running[name] }),
  );
  return Object.values(out).map((t) => Array.from(t.data as Float32Array));
}

describe('checkpoint', () => {
  it.each([false, true])('changes no value and no gradient (running gradients: %s)', async (withRunning) => {
    const wanted = await gradientsOf(plain, withRunning);
    const got = await gradientsOf(checkpoint, withRunning);
    expect(got).toHaveLength(1 + 1 + 2 * LAYERS + 1);
    for (const [i, list] of wanted.entries())
      for (const [j, v] of list.entries()) expect(got[i]?.[j]).toBeCloseTo(v, 3);
  });

  it('computes each part twice, the second time after the gradient that needs it', () => {
    const operators = (wrap: typeof plain): string[] => {
      const g = new Graph('g');
      const { loss, weights } = network(g, wrap);
      for (const [i, t] of gradients(loss, weights).entries()) g.output(`d${i}`, t);
      const model = ModelProto.toObject(ModelProto.decode(emit(g).bytes)) as { graph: { node: { opType: string }[] } };
      return model.graph.node.map((n) => n.opType);
    };
    const count = (list: string[]): number => list.filter((op) => op === 'QuickGelu').length;
    expect(count(operators(plain))).toBe(LAYERS);
    expect(count(operators(checkpoint as typeof plain))).toBe(2 * LAYERS);
  });

  it('gives several results, of which some may be unused', async () => {
    const { dx } = await evaluate((g) => {
      const x = g.constant([1, 2]);
      const [a] = checkpoint([x], [], ([t]) => [mul(t as Tensor, t as Tensor), add(t as Tensor, 1)]);
      return { dx: gradients(sum(a as Tensor), [x])[0] as Tensor };
    });
    expect(Array.from((dx as TensorData).data as Float32Array)).toEqual([2, 4]);
  });

  it('refuses a part without inputs', () => {
    expect(() => checkpoint([], [], () => [])).toThrowError(/at least one input/);
  });
});
