import { describe, expect, it } from 'vitest';
import { gradients } from './gradients.js';
import { Graph, type Tensor } from './graph.js';
import { lmHead } from './lm-head.js';
import { add, exp, mul, neg } from './ops/arithmetic.js';
import { squeeze, unsqueeze } from './ops/layout.js';
import { linear } from './ops/matmul.js';
import { sum } from './ops/reduce.js';
import { takeAlongAxis } from './ops/select.js';
import { logSoftmax } from './ops/softmax.js';
import { compile, type Program, type TensorData } from './program.js';
import { numbers } from './testing.js';

const [V, D] = [11, 4];

/** What the head gives, and what it should. */
type Pairs = Record<string, readonly (Tensor | undefined)[]>;

/** Runs a graph with both sides of each pair and compares them. */
async function expectEqual(g: Graph, pairs: Pairs, feeds: Parameters<Program['run']>[0]): Promise<void> {
  for (const [name, [got, wanted]] of Object.entries(pairs)) {
    g.output(`${name} got`, got as Tensor);
    g.output(`${name} wanted`, wanted as Tensor);
  }
  const program = await compile(g, { threads: 2 });
  const out = await program.run(feeds);
  await program.dispose();
  for (const name of Object.keys(pairs)) {
    const [got, wanted] = [out[`${name} got`], out[`${name} wanted`]] as [TensorData, TensorData];
    expect(got.shape).toEqual(wanted.shape);
    for (const [i, v] of (wanted.data as Float32Array).entries())
      expect((got.data as Float32Array)[i], `${name}[${i}]`).toBeCloseTo(v, 5);
  }
}

/** Compares the chunked head with the plain composition, on the loss -sum a exp(log p). */
async function expectPlain(chunks: number, rows: number): Promise<void> {
  const g = new Graph('head');
  const hidden = g.input('hidden', 'float32', ['M', D]);
  const weight = g.param('weight', [V, D]);
  const running = g.param('running', [V, D]);
  const targets = g.input('targets', 'int64', ['M']);
  const a = g.input('a', 'float32', ['M']);
  const head = lmHead(hidden, weight, targets, {
    chunks,
    entropy: true,
    running,
    rowGradient: (logp, cut) => neg(mul(cut(a), exp(logp))),
  });
  const all = logSoftmax(linear(hidden, weight));
  const logp = squeeze(takeAlongAxis(all, unsqueeze(targets, 1), 1), 1);
  const loss = neg(sum(mul(a, exp(logp))));
  const [dHidden, dWeight] = gradients(loss, [hidden, weight], { accumulate: new Map([[weight, running]]) });
  const pairs = {
    logp: [head.logp, logp],
    entropy: [head.entropy, neg(sum(mul(exp(all), all), 1))],
    rowGradient: [head.rowGradient, neg(mul(a, exp(logp)))],
    dHidden: [head.dHidden, dHidden],
    dWeight: [head.dWeight, dWeight],
  };
  await expectEqual(g, pairs, {
    hidden: { data: numbers(rows * D, 'h'), shape: [rows, D] },
    weight: numbers(V * D, 'w'),
    running: numbers(V * D, 'r'),
    targets: { data: BigInt64Array.from({ length: rows }, (_, i) => BigInt((i * 7) % V)), shape: [rows] },
    a: { data: numbers(rows, 'a'), shape: [rows] },
  });
}

describe('lmHead', () => {
  it.each([
    [1, 7],
    [3, 7],
    [4, 8],
    [4, 5],
    [5, 2],
  ])('%i chunks of %i rows equal the plain composition and its gradient', expectPlain);

  it.each([
    [1, 7, true],
    [3, 7, false],
    [4, 5, true],
  ])('alternatives: %i chunks of %i rows equal the plain composition and its gradient', async (chunks, rows, byId) => {
    const g = new Graph('alternatives');
    const hidden = g.input('hidden', 'float32', ['M', D]);
    const weight = g.param('weight', [V, D]);
    const targets = g.input('targets', 'int64', ['M']);
    const c = g.input('c', 'float32', ['M']);
    const k = byId ? 3 : V;
    const slopes = g.input('slopes', 'float32', ['M', k]);
    const ids = byId ? g.input('ids', 'int64', ['M', k]) : undefined;
    const head = lmHead(hidden, weight, targets, {
      chunks,
      rowGradient: (_logp, cut) => cut(c),
      alternatives: { slopes, ...(ids && { ids }) },
      pick: (logProbs, cut) => (ids ? [takeAlongAxis(logProbs, cut(ids), 1)] : [logProbs]),
    });
    const all = logSoftmax(linear(hidden, weight));
    const others = ids ? takeAlongAxis(all, ids, 1) : all;
    const logp = squeeze(takeAlongAxis(all, unsqueeze(targets, 1), 1), 1);
    const ownLoss = sum(mul(slopes, others), 1);
    const [dHidden, dWeight] = gradients(add(sum(mul(c, logp)), sum(ownLoss)), [hidden, weight]);
    const pairs = {
      alternativeLoss: [head.alternativeLoss, ownLoss],
      picked: [head.picked[0], others],
      dHidden: [head.dHidden, dHidden],
      dWeight: [head.dWeight, dWeight],
    };
    const chosen = Array.from({ length: rows }, (_, i) => [i % V, (i + 4) % V, (i + 7) % V].map(BigInt)).flat();
    await expectEqual(g, pairs, {
      hidden: { data: numbers(rows * D, 'h'), shape: [rows, D] },
      weight: numbers(V * D, 'w'),
      targets: { data: BigInt64Array.from({ length: rows }, (_, i) => BigInt((i * 7) % V)), shape: [rows] },
      c: { data: numbers(rows, 'c'), shape: [rows] },
      slopes: { data: numbers(rows * k, 's'), shape: [rows, k] },
      ...(byId && { ids: { data: BigInt64Array.from(chosen), shape: [rows, 3] } }),
    });
  });

  it('builds only the forward part without a row gradient, for rows known when the graph is built too', async () => {
    const g = new Graph('forward');
    const hidden = g.input('hidden', 'float32', [4, D]);
    const head = lmHead(hidden, g.param('weight', [V, D]), g.input('targets', 'int64', [4]), { chunks: 2 });
    expect(head.dHidden).toBeUndefined();
    expect(head.dWeight).toBeUndefined();
    g.output('logp', head.logp);
    const program = await compile(g, { threads: 1 });
    // all weights zero: every token has probability 1 / V
    const { logp } = await program.run({
      hidden: numbers(4 * D),
      weight: new Float32Array(V * D),
      targets: BigInt64Array.of(0n, 3n, 10n, 5n),
    });
    for (const v of (logp as TensorData).data) expect(v).toBeCloseTo(-Math.log(V), 5);
    await program.dispose();
  });

  it('refuses rows or widths that differ', () => {
    const g = new Graph('g');
    const hidden = g.input('hidden', 'float32', ['M', D]);
    const targets = g.input('targets', 'int64', ['M']);
    expect(() => lmHead(hidden, g.param('w', [V, D + 1]), targets, { chunks: 1 })).toThrowError(
      /lmHead: widths differ/,
    );
    expect(() => lmHead(hidden, g.param('w2', [V, D]), g.input('t2', 'int64', ['K']), { chunks: 1 })).toThrowError(
      /rows differ/,
    );
    expect(() => lmHead(hidden, g.param('w3', [V, D]), targets, { chunks: 0 })).toThrowError(/0 chunks/);
  });
});
