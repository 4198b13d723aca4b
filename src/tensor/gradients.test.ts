import { describe, expect, it } from 'vitest';
import { gradients } from './gradients.js';
import { Graph, type Tensor } from './graph.js';
import { add, exp, mul, sub } from './ops/arithmetic.js';
import { tanh } from './ops/activation.js';
import { customGradient } from './ops/differentiable.js';
import { linear, matmul } from './ops/matmul.js';
import { mean, sum } from './ops/reduce.js';
import { compile, type TensorData } from './program.js';
import { evaluate, numbers } from './testing.js';

const floats = (t: TensorData | undefined): number[] => Array.from(t?.data as Float32Array);

describe('gradients', () => {
  it('starts from given seeds, several outputs at once', async () => {
    const { dx } = await evaluate((g) => {
      const x = g.constant([1, 2]);
      const [dx] = gradients([mul(x, x), exp(x)], [x], { seeds: [g.constant([1, 10]), undefined] });
      return { dx: dx as Tensor };
    });
    expect(floats(dx)).toEqual([2, 40]);
  });

  it('gives zeros where nothing depends, and gradients of values in between', async () => {
    const { da, db, dz } = await evaluate(
      (g) => {
        const a = g.param('a', [2]);
        const b = g.param('b', [2]);
        const z = mul(a, 3);
        const [da, db, dz] = gradients(sum(mul(z, z)), [a, b, z]);
        return { da: da as Tensor, db: db as Tensor, dz: dz as Tensor };
      },
      { a: Float32Array.of(1, 2), b: Float32Array.of(0, 0) },
    );
    expect(floats(da)).toEqual([18, 36]);
    expect(floats(db)).toEqual([0, 0]);
    expect(floats(dz)).toEqual([6, 12]);
  });

  it('adds the uses of a shared weight, in matrix products and elsewhere', async () => {
    const { separate, together } = await evaluate(
      (g) => {
        const w = g.param('w', [3, 3]);
        const x = g.param('x', [4, 3]);
        const uses = [
          (t: Tensor) => sum(linear(x, t)),
          (t: Tensor) => sum(matmul(t, t)),
          (t: Tensor) => sum(mul(t, 5)),
        ];
        const parts = uses.map((use) => gradients(use(w), [w])[0] as Tensor);
        const whole = gradients(
          uses.map((use) => use(w)).reduce((a, b) => add(a, b)),
          [w],
        )[0] as Tensor;
        return { separate: parts.reduce((a, b) => add(a, b)), together: whole };
      },
      { w: numbers(9, 'w'), x: numbers(12, 'x') },
    );
    for (const [i, v] of floats(separate).entries()) expect(floats(together)[i]).toBeCloseTo(v, 4);
  });

  it('keeps to a rule of the caller', async () => {
    const { dx } = await evaluate((g) => {
      const x = g.constant([2, 3]);
      const [y] = customGradient([x], [mul(x, x)], ({ dOutputs }) => [mul(dOutputs[0] as Tensor, 7)]);
      return { dx: gradients(sum(y as Tensor), [x])[0] as Tensor };
    });
    expect(floats(dx)).toEqual([7, 7]);
  });

  it('refuses a vector without seeds, seeds of another shape, and operators without a rule', () => {
    const g = new Graph('g');
    const x = g.param('x', [2]);
    expect(() => gradients(mul(x, x), [x])).toThrowError(/only a scalar/);
    expect(() => gradients([mul(x, x)], [x], { seeds: [g.constant([1, 2, 3])] })).toThrowError(/seed 0/);
    const odd = g.add({ op: 'Ceil', inputs: [x], outputs: [{ dtype: 'float32', shape: [2] }] });
    expect(() => gradients(sum(odd), [x])).toThrowError(/Ceil: has no gradient rule/);
  });
});

describe('running gradients', () => {
  it('add up in place over several runs, fetched into the buffers that feed them', async () => {
    const g = new Graph('accumulate');
    const x = g.input('x', 'float32', ['N', 3]);
    const w = g.param('w', [2, 3]);
    const b = g.param('b', [2]);
    const running = new Map([
      [w, g.param('gw', [2, 3])],
      [b, g.param('gb', [2])],
    ]);
    const found = gradients(sum(tanh(linear(x, w, { bias: b }))), [w, b], { accumulate: running });
    const fresh = gradients(sum(tanh(linear(x, w, { bias: b }))), [w, b]);
    for (const [i, name] of ['w', 'b'].entries()) {
      g.output(`g${name}'`, found[i] as Tensor);
      g.output(`d${name}`, fresh[i] as Tensor);
    }
    const program = await compile(g, { threads: 1 });
    const gw = { data: new Float32Array(6), shape: [2, 3] };
    const gb = { data: new Float32Array(2), shape: [2] };
    const wanted = { w: new Float64Array(6), b: new Float64Array(2) };
    for (let run = 0; run < 3; run++) {
      const feeds = {
        x: { data: numbers(12, run), shape: [4, 3] },
        w: numbers(6, 'w'),
        b: numbers(2, 'b'),
        gw: gw.data,
        gb: gb.data,
      };
      const out = await program.run(feeds, { "gw'": gw, "gb'": gb, dw: null, db: null });
      for (const name of ['w', 'b'] as const)
        for (const [i, v] of floats(out[`d${name}`]).entries()) wanted[name][i] = (wanted[name][i] as number) + v;
    }
    for (const [i, v] of wanted.w.entries()) expect(gw.data[i]).toBeCloseTo(v, 5);
    for (const [i, v] of wanted.b.entries()) expect(gb.data[i]).toBeCloseTo(v, 5);
    await program.dispose();
  });
});

it('a small network learns by gradient descent', async () => {
  const g = new Graph('mlp');
  const x = g.input('x', 'float32', ['N', 2]);
  const target = g.input('target', 'float32', ['N', 1]);
  const shapes: Record<string, number[]> = { w1: [8, 2], b1: [8], w2: [1, 8], b2: [1] };
  const params = Object.entries(shapes).map(([name, shape]) => g.param(name, shape));
  const [w1, b1, w2, b2] = params as [Tensor, Tensor, Tensor, Tensor];
  const error = sub(linear(tanh(linear(x, w1, { bias: b1 })), w2, { bias: b2 }), target);
  const loss = mean(mul(error, error));
  g.output('loss', loss);
  for (const [i, d] of gradients(loss, params).entries()) g.output(`d${Object.keys(shapes)[i]}`, d);
  const program = await compile(g, { threads: 1 });
  // exclusive or: no linear model can fit it
  const data = {
    x: { data: Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1), shape: [4, 2] },
    target: { data: Float32Array.of(0, 1, 1, 0), shape: [4, 1] },
  };
  const weights = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      numbers(
        shape.reduce((a, b) => a * b),
        name,
        0.7,
      ),
    ]),
  );
  let last = Number.POSITIVE_INFINITY;
  const losses: number[] = [];
  for (let step = 0; step < 600; step++) {
    const out = await program.run({ ...data, ...weights });
    last = floats(out['loss'])[0] as number;
    losses.push(last);
    for (const [name, w] of Object.entries(weights))
      for (const [i, d] of floats(out[`d${name}`]).entries()) w[i] = (w[i] as number) - 0.1 * d;
  }
  expect(losses[0]).toBeGreaterThan(0.2);
  expect(last).toBeLessThan(0.01);
  await program.dispose();
});
