/** Damages model folders, for tests of what is said about it. */
import { open, rm, writeFile } from 'node:fs/promises';
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
