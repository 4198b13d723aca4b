import { describe, expect, it } from 'vitest';
import { RaRftError } from '../core/errors.js';
import { Graph } from './graph.js';
import { add, mul } from './ops/arithmetic.js';
import { embedding } from './ops/select.js';
import { linear } from './ops/matmul.js';
import { emit } from './onnx/emit.js';
import { ModelProto } from './onnx/schema.js';
import { compile } from './program.js';
import { numbers } from './testing.js';

async function caught(run: () => Promise<unknown>): Promise<RaRftError> {
  const error = await run().then(
    () => undefined,
    (e: unknown) => e,
  );
  if (error instanceof RaRftError) return error;
  throw new Error('no RaRftError', { cause: error });
}

interface Decoded {
  graph: {
    node: { opType: string; input: string[]; output: string[] }[];
    initializer: { name: string }[];
    input: { name: string }[];
  };
}
const decode = (g: Graph): Decoded['graph'] =>
  (ModelProto.toObject(ModelProto.decode(emit(g).bytes), { arrays: true }) as Decoded).graph;

describe('emission', () => {
  it('drops what no output needs and stores equal constants and nodes once', () => {
    const g = new Graph('g');
    const x = g.input('x', 'float32', ['N', 2]);
    const unused = g.input('unused', 'float32', ['N', 2]);
    mul(unused, 3);
    const once = add(mul(x, 2), g.constant([1, 2]));
    const again = add(mul(x, 2), g.constant([1, 2]));
    expect(again).toBe(once);
    g.output('y', mul(once, again));
    const { node, initializer, input } = decode(g);
    expect(node.map((n) => n.opType)).toEqual(['Mul', 'Add', 'Mul']);
    expect(initializer).toHaveLength(2);
    expect(input.map((i) => i.name)).toEqual(['x']);
  });

  it('names outputs that are inputs or the same tensor', async () => {
    const g = new Graph('g');
    const x = g.input('x', 'float32', [2]);
    const y = mul(x, 2);
    g.output('a', y);
    g.output('b', y);
    g.output('c', x);
    const program = await compile(g, { threads: 1 });
    const out = await program.run({ x: Float32Array.of(1, 2) });
    expect(Object.values(out).map((t) => Array.from(t.data as Float32Array))).toEqual([
      [2, 4],
      [2, 4],
      [1, 2],
    ]);
    await program.dispose();
  });

  it('refuses a graph without outputs and names that are taken', () => {
    const g = new Graph('g');
    const x = g.input('x', 'float32', [2]);
    expect(() => emit(g)).toThrowError(/no outputs/);
    expect(() => g.input('x', 'int64', [1])).toThrowError(/'x' is taken/);
    expect(() => g.output('x', x)).toThrowError(/'x' is taken/);
    expect(() => g.constant([1, 2, 3], [2])).toThrowError(/do not fill/);
  });
});

describe('feeds', () => {
  const make = async () => {
    const g = new Graph('prog');
    const a = g.input('a', 'float32', ['N', 'T']);
    const b = g.input('b', 'float32', ['N', 1]);
    g.output('y', add(a, b));
    return compile(g, { threads: 1 });
  };

  it('checks type, shape and the agreement of symbols, naming the input and its line', async () => {
    const program = await make();
    const a = { data: numbers(6), shape: [2, 3] };
    const wrong = await caught(() => program.run({ a, b: { data: numbers(3), shape: [3, 1] } }));
    expect(wrong.code).toBe('graph');
    expect(wrong.message).toContain("'b' was given the shape [3, 1]: axis 0 should be N = 2");
    expect(wrong.where).toMatch(/program\.test\.ts:\d+$/);
    expect((await caught(() => program.run({ a }))).message).toContain("'b' was not fed");
    expect((await caught(() => program.run({ a, b: { data: new Int32Array(2), shape: [2, 1] } }))).message).toContain(
      'Float32Array',
    );
    expect((await caught(() => program.run({ a, b: { data: numbers(5), shape: [2, 1] } }))).message).toContain(
      '5 values',
    );
    expect((await caught(() => program.run({ a, b: numbers(2) }))).message).toContain('shape beside');
    expect((await caught(() => program.run({ a, b: { data: numbers(2), shape: [2, 1] } }, ['z']))).message).toContain(
      "no output 'z'",
    );
    await program.dispose();
  });

  it('fetches into buffers of the caller', async () => {
    const program = await make();
    const y = { data: new Float32Array(6), shape: [2, 3] };
    const feeds = {
      a: { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] },
      b: { data: Float32Array.of(10, 20), shape: [2, 1] },
    };
    await program.run(feeds, { y });
    expect(Array.from(y.data)).toEqual([11, 12, 13, 24, 25, 26]);
    const short = { data: new Float32Array(4), shape: [2, 2] };
    expect((await caught(() => program.run(feeds, { y: short }))).message).toContain('axis 1 should be T = 3');
    await program.dispose();
  });

  it('refuses to run after dispose, which may be called twice', async () => {
    const program = await make();
    await program.dispose();
    await program.dispose();
    expect((await caught(() => program.run({}))).code).toBe('engine');
  });
});

it('frozen parameters are part of the program', async () => {
  const g = new Graph('frozen');
  const x = g.input('x', 'float32', ['N', 64]);
  const big = g.param('big', [32, 64]);
  const small = g.param('small', [32]);
  g.output('y', linear(x, big, { bias: small }));
  const values = { big: numbers(32 * 64, 'big'), small: numbers(32, 'small') };
  const feeds = { x: { data: numbers(128, 'x'), shape: [2, 64] } };
  const fed = await compile(g, { threads: 1 });
  const frozen = await compile(g, { threads: 1, freeze: new Map(Object.entries(values)) });
  expect(frozen.inputNames).toEqual(['x']);
  const wanted = (await fed.run({ ...feeds, ...values }))['y']?.data as Float32Array;
  const got = (await frozen.run(feeds))['y']?.data as Float32Array;
  for (const [i, v] of wanted.entries()) expect(got[i]).toBeCloseTo(v, 4);
  await fed.dispose();
  await frozen.dispose();
  expect((await caught(() => compile(g, { freeze: new Map([['big', numbers(3)]]) }))).message).toContain("'big'");
});

it('an error while running names the operator and the line of the model', async () => {
  const g = new Graph('late');
  const table = g.param('table', [4, 2]);
  g.output('rows', embedding(table, g.input('ids', 'int64', ['N'])));
  const program = await compile(g, { threads: 1 });
  const ids = { data: BigInt64Array.of(1n, 9n), shape: [2] };
  const error = await caught(() => program.run({ ids, table: numbers(8) }));
  expect(error.message).toMatch(/program 'late' failed \(Gather of float32\[4, 2\], int64\[N\]\)/);
  expect(error.where).toMatch(/program\.test\.ts:\d+$/);
  await program.dispose();
});

it('an operator that the runtime does not know is named with its line when the program is made', async () => {
  const g = new Graph('odd');
  const x = g.input('x', 'float32', [2]);
  g.output('y', g.add({ op: 'NoSuchOperator', inputs: [x], outputs: [{ dtype: 'float32', shape: [2] }] }));
  const error = await caught(() => compile(g));
  expect(error.message).toContain('NoSuchOperator');
  expect(error.where).toMatch(/program\.test\.ts:\d+$/);
});
