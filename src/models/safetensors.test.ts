import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
});
