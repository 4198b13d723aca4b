/** Damages model folders, for tests of what is said about it. */
import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SafetensorsReader } from '../safetensors.js';
import { writeSafetensors, type NamedTensor } from '../safetensors-writer.js';

/** Writes the first number of a float32 tensor over, whatever the writer would say of it. */
export async function overwriteWeight(folder: string, tensor: string, value: number): Promise<void> {
  const reader = await SafetensorsReader.open(folder);
  const { file, start } = reader.info(tensor);
  await reader.close();
  const handle = await open(file, 'r+');
  await handle.write(Buffer.from(Float32Array.of(value).buffer), 0, 4, start);
  await handle.close();
}

/** Gives two tensors of model.safetensors each other's bytes: by their places in the header, all else as it was. */
export async function swapTensors(folder: string, a: string, b: string): Promise<void> {
  const path = join(folder, 'model.safetensors');
  const bytes = await readFile(path);
  const length = Number(bytes.readBigUInt64LE());
  type Header = Record<string, { data_offsets: [number, number] }>;
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString()) as Header;
  const [first, second] = [header[a]!, header[b]!];
  [first.data_offsets, second.data_offsets] = [second.data_offsets, first.data_offsets];
  const text = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  await writeFile(path, Buffer.concat([size, text, bytes.subarray(8 + length)]));
}

/** Writes model.safetensors again with other tensors. */
export async function changeTensors(folder: string, change: (tensors: NamedTensor[]) => NamedTensor[]): Promise<void> {
  const reader = await SafetensorsReader.open(folder);
  const tensors: NamedTensor[] = [];
  for (const name of reader.names()) tensors.push({ name, ...(await reader.read(name)) });
  await reader.close();
  const path = join(folder, 'model.safetensors');
  await rm(path);
  await writeSafetensors(path, change(tensors), 'float32');
}

/** Writes a JSON file of the folder with some keys changed. */
export async function changeJson(path: string, json: object, change: object): Promise<void> {
  await writeFile(path, JSON.stringify({ ...json, ...change }));
}
