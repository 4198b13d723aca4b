import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WeightDtype } from './hf-config.js';
import { writeSafetensors } from './safetensors-writer.js';
import { SafetensorsReader } from './safetensors.js';

const golden = (name: string) => fileURLToPath(new URL(`./testing/golden/${name}`, import.meta.url));
const tensors = [
  { name: 'a', shape: [2, 3], data: Float32Array.of(1, -2, 0.5, 1 / 3, 65504, 1e-7) },
  { name: 'b', shape: [1], data: Float32Array.of(7) },
];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'safetensors-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A safetensors file with this header and these data bytes. */
async function fileWith(name: string, header: string, data: number): Promise<string> {
  const path = join(folder, name);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  await writeFile(path, Buffer.concat([length, Buffer.from(header), Buffer.alloc(data)]));
  return path;
}

describe('safetensors', () => {
  it.each(['float32', 'float16', 'bfloat16'] as const)('writes and reads %s', async (dtype) => {
    const path = join(folder, `${dtype}.safetensors`);
    await writeSafetensors(path, tensors, dtype);
    const reader = await SafetensorsReader.open(path);
    const { shape, data } = await reader.read('a');
    await reader.close();
    expect(shape).toEqual([2, 3]);
    const tolerance = { float32: 0, float16: 2 ** -11, bfloat16: 2 ** -8 }[dtype];
    for (const [i, x] of tensors[0]!.data.entries())
      expect(Math.abs(data[i]! - x)).toBeLessThanOrEqual(
        tolerance * Math.abs(x) + (dtype === 'float16' ? 2 ** -25 : 0),
      );
  });

  it('reads shards through their index', async () => {
    const reader = await SafetensorsReader.open(golden('qwen2'));
    expect(reader.names()).toHaveLength(26);
    expect(new Set(reader.names().map((name) => reader.info(name).file)).size).toBe(3);
    expect((await reader.read('model.norm.weight')).data).toHaveLength(32);
    await reader.close();
  });

  it('reads into a part of a larger buffer', async () => {
    const path = join(folder, 'part.safetensors');
    await writeSafetensors(path, tensors, 'bfloat16');
    const reader = await SafetensorsReader.open(path);
    const whole = new Float32Array(4);
    await reader.readInto('b', [1], whole.subarray(2, 3));
    await reader.close();
    expect([...whole]).toEqual([0, 0, 7, 0]);
  });

  it('names the tensor that is missing or of another shape', async () => {
    const path = join(folder, 'float32.safetensors');
    const reader = await SafetensorsReader.open(path);
    await expect(reader.readInto('a', [3, 2], new Float32Array(6))).rejects.toMatchObject({
      code: 'model',
      where: `${path}: a`,
      expected: '[3, 2]',
    });
    await expect(reader.read('zzz')).rejects.toMatchObject({ code: 'model', where: `${path}: zzz` });
    await reader.close();
  });

  it('refuses damaged files by file and tensor', async () => {
    const whole = await readFile(golden('llama/model.safetensors'));
    const cut = join(folder, 'cut.safetensors');
    await writeFile(cut, whole.subarray(0, -4));
    await expect(SafetensorsReader.open(cut)).rejects.toMatchObject({
      code: 'model',
      where: `${cut}: model.norm.weight`,
    });
    await writeFile(cut, whole.subarray(0, 100));
    await expect(SafetensorsReader.open(cut)).rejects.toMatchObject({ code: 'model', where: cut });
    await writeFile(cut, whole.subarray(0, 3));
    await expect(SafetensorsReader.open(cut)).rejects.toMatchObject({ code: 'model', where: cut });
    await writeFile(cut, 'this is no tensor file at all');
    await expect(SafetensorsReader.open(cut)).rejects.toMatchObject({ code: 'model', where: cut });
    const entry = (from: number, to: number) => `{"dtype":"F32","shape":[2],"data_offsets":[${from},${to}]}`;
    const overlap = await fileWith('overlap.safetensors', `{"x":${entry(0, 8)},"y":${entry(4, 12)}}`, 12);
    await expect(SafetensorsReader.open(overlap)).rejects.toMatchObject({ where: `${overlap}: y` });
    const size = await fileWith('size.safetensors', `{"x":${entry(0, 4)}}`, 8);
    await expect(SafetensorsReader.open(size)).rejects.toMatchObject({ where: `${size}: x` });
    const json = await fileWith('json.safetensors', '{"x":', 8);
    await expect(SafetensorsReader.open(json)).rejects.toMatchObject({ where: json });
  });

  it('refuses types that are no weights, only when they are asked for', async () => {
    const path = await fileWith('ints.safetensors', '{"ids":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}', 8);
    const reader = await SafetensorsReader.open(path);
    await expect(reader.read('ids')).rejects.toMatchObject({ code: 'model', where: `${path}: ids` });
    await reader.close();
  });

  it('names a missing shard and a folder without weights', async () => {
    const index = join(folder, 'model.safetensors.index.json');
    await writeFile(index, '{"weight_map":{"a":"shard-1.safetensors"}}');
    await expect(SafetensorsReader.open(folder)).rejects.toMatchObject({ where: join(folder, 'shard-1.safetensors') });
    await writeSafetensors(join(folder, 'shard-1.safetensors'), tensors.slice(1), 'float32');
    await expect(SafetensorsReader.open(folder)).rejects.toMatchObject({
      where: `${join(folder, 'shard-1.safetensors')}: a`,
    });
    await writeFile(index, '[]');
    await expect(SafetensorsReader.open(folder)).rejects.toMatchObject({ where: index });
    await expect(SafetensorsReader.open('/nowhere')).rejects.toMatchObject({ code: 'model', where: '/nowhere' });
  });

  it('refuses a name that stands twice, and bytes that belong to nothing', async () => {
    const entry = (from: number) => `"a":{"dtype":"F32","shape":[1],"data_offsets":[${from},${from + 4}]}`;
    const twice = await fileWith('twice.safetensors', `{${entry(0)},${entry(4)}}`, 8);
    await expect(SafetensorsReader.open(twice)).rejects.toMatchObject({
      code: 'model',
      where: `${twice}: a`,
      message: '4 bytes before a belong to no tensor',
    });
    const other = await fileWith('other.safetensors', `{${entry(4)},${entry(0)}}`, 8);
    await expect(SafetensorsReader.open(other)).rejects.toMatchObject({ code: 'model', where: other });
  });

  it('refuses a tensor of a shard that the index does not expect there', async () => {
    const inner = await mkdtemp(join(folder, 'shards-'));
    await writeSafetensors(join(inner, 'one.safetensors'), tensors, 'float32');
    await writeSafetensors(join(inner, 'two.safetensors'), tensors.slice(1), 'float32');
    const index = (map: object) =>
      writeFile(join(inner, 'model.safetensors.index.json'), JSON.stringify({ weight_map: map }));
    await index({ a: 'one.safetensors', b: 'two.safetensors' });
    const where = `${join(inner, 'one.safetensors')}: b`;
    await expect(SafetensorsReader.open(inner)).rejects.toMatchObject({
      where,
      message: expect.stringContaining('the index puts it into two.safetensors') as string,
    });
    await index({ a: 'one.safetensors' });
    await expect(SafetensorsReader.open(inner)).rejects.toMatchObject({
      where,
      message: expect.stringContaining('does not name it') as string,
    });
  });

  it.each([
    ['float32', NaN],
    ['float16', 65_520],
    ['bfloat16', -3.4e38],
  ] as const)('writes nothing in %s where a number would not be one', async (dtype, value) => {
    const path = join(folder, `bad-${dtype}.safetensors`);
    await writeSafetensors(path, tensors, dtype);
    const before = await readFile(path);
    const bad = [...tensors, { name: 'bad', shape: [2], data: Float32Array.of(0, value) }];
    await expect(writeSafetensors(path, bad, dtype)).rejects.toMatchObject({
      code: 'not-finite',
      message: expect.stringContaining('tensor bad') as string,
    });
    expect(await readFile(path)).toEqual(before);
  });

  it('writes the largest numbers of each format, and refuses to read infinity in half precision', async () => {
    const largest = { float32: 3.4028234663852886e38, float16: 65_519, bfloat16: 3.396e38 };
    for (const [dtype, value] of Object.entries(largest)) {
      const path = join(folder, `largest-${dtype}.safetensors`);
      await writeSafetensors(path, [{ name: 'x', shape: [1], data: Float32Array.of(value) }], dtype as WeightDtype);
      const reader = await SafetensorsReader.open(path);
      expect((await reader.read('x')).data[0]).toBeGreaterThan(0.99 * value);
      await reader.close();
    }
    const path = await fileWith('inf.safetensors', '{"x":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}', 2);
    const bytes = await readFile(path);
    bytes.writeUInt16LE(0x7c00, bytes.length - 2);
    await writeFile(path, bytes);
    const reader = await SafetensorsReader.open(path);
    await expect(reader.read('x')).rejects.toMatchObject({ code: 'not-finite', where: `${path}: x` });
    await reader.close();
  });
});
