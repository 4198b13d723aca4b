/**
 * The head of an encoder as a list of modules: what sentence-transformers and PyLate keep in modules.json and in a folder for each
 * module (1_Pooling, 1_Dense).
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeJsonAtomic } from '../../core/files.js';
import { readJsonArray, readJsonObject } from '../config-reader.js';
import { ConfigReader } from '../config-reader.js';
import { SafetensorsReader } from '../safetensors.js';
import { writeSafetensors } from '../safetensors-writer.js';
import { headKind, type HeadConfig, type Pooling } from './head.js';

export const MODULES_FILE = 'modules.json';

/** A head in a folder: its form, and the weights of its dense layers [out, in]. */
export interface HeadModules {
  head: HeadConfig;
  dense: Float32Array[];
  /** Whether the vectors are scaled to length 1 by a module; a search here always does. */
  normalised: boolean;
}

/** Keys of 1_Pooling/config.json. */
const POOLING_MODES: Readonly<Record<Exclude<Pooling, 'token'>, string>> = {
  cls: 'pooling_mode_cls_token',
  mean: 'pooling_mode_mean_tokens',
  last: 'pooling_mode_lasttoken',
};

/** The head of a folder; undefined where it has no modules.json. Throws `model` naming file and key at a module that is not computed here. */
export async function readModules(folder: string): Promise<HeadModules | undefined> {
  const file = join(folder, MODULES_FILE);
  const modules = await readJsonArray(file);
  if (modules === undefined) return undefined;
  let pooling: Pooling = 'token';
  let normalised = false;
  const dense: { size: number; weight: Float32Array }[] = [];
  for (const [at, raw] of modules.entries()) {
    const reader = new ConfigReader((raw ?? {}) as Record<string, unknown>, `${file}: ${at}`);
    const { type, path } = reader.raw;
    // The class names stand in other packages from version to version.
    const name = typeof type === 'string' ? type.split('.').at(-1) : undefined;
    if (typeof path !== 'string') throw reader.error('path', `path is ${JSON.stringify(path)}`, 'a folder name');
    const inside = join(folder, path);
    if (at === 0) {
      if (name !== 'Transformer' || path !== '')
        throw reader.error(
          'type',
          `the first module is ${String(type)} in "${path}"`,
          'a Transformer in the folder itself',
        );
    } else if (name === 'Pooling') pooling = await readPooling(inside);
    else if (name === 'Dense') dense.push(await readDense(inside));
    else if (name === 'Normalize') normalised = true;
    else throw reader.error('type', `a module ${JSON.stringify(type)}`, 'Transformer, Pooling, Dense, Normalize');
  }
  return {
    head: { pooling, dense: dense.map(({ size }) => size) },
    dense: dense.map(({ weight }) => weight),
    normalised,
  };
}

/** The folders of the modules beside the first, as modules.json names them; none where there is no such file. */
export async function modulePaths(folder: string): Promise<string[]> {
  const modules = (await readJsonArray(join(folder, MODULES_FILE))) ?? [];
  const paths = modules.map((module) => (module as { path?: unknown } | null)?.path);
  return paths.flatMap((path) => (typeof path === 'string' && path !== '' ? [path.replace(/\/$/, '')] : []));
}

async function readPooling(folder: string): Promise<Pooling> {
  const file = join(folder, 'config.json');
  const raw = (await readJsonObject(file, true))!;
  const reader = new ConfigReader(raw, file);
  const on = Object.keys(raw).filter((key) => key.startsWith('pooling_mode_') && raw[key] === true);
  const mode = (Object.keys(POOLING_MODES) as (keyof typeof POOLING_MODES)[]).find((m) => POOLING_MODES[m] === on[0]);
  if (on.length !== 1 || mode === undefined)
    throw reader.error(
      'pooling_mode',
      `pooling by ${on.join(' and ') || 'nothing'}`,
      Object.values(POOLING_MODES).join(' or '),
    );
  if (raw['include_prompt'] === false)
    throw reader.error('include_prompt', 'include_prompt is false: prompts are left out of the pooling', 'true');
  return mode;
}

const IDENTITY = 'torch.nn.modules.linear.Identity';

/** A dense layer; a residual connection (PyLate) is a linear map too and goes into the same weight. */
async function readDense(folder: string): Promise<{ size: number; weight: Float32Array }> {
  const file = join(folder, 'config.json');
  const reader = new ConfigReader((await readJsonObject(file, true))!, file);
  const [width, size] = [reader.integer('in_features'), reader.integer('out_features')];
  const activation = reader.raw['activation_function'] ?? IDENTITY;
  if (activation !== IDENTITY)
    throw reader.error('activation_function', `a dense layer with ${JSON.stringify(activation)}`, IDENTITY);
  if (reader.boolean('bias', true)) throw reader.error('bias', 'a dense layer with a bias', 'false');
  const weights = await SafetensorsReader.open(folder);
  try {
    const weight = new Float32Array(size * width);
    await weights.readInto('linear.weight', [size, width], weight);
    if (!reader.boolean('use_residual', false)) return { size, weight };
    if (size === width) for (let i = 0; i < size; i++) weight[i * width + i]! += 1;
    else {
      const residual = new Float32Array(size * width);
      await weights.readInto('residual.weight', [size, width], residual);
      residual.forEach((value, i) => (weight[i]! += value));
    }
    return { size, weight };
  } finally {
    await weights.close();
  }
}

/** Writes modules.json and the folders of the modules; `width` is that of the hidden states. */
export async function writeModules(
  folder: string,
  { head, dense }: Pick<HeadModules, 'head' | 'dense'>,
  width: number,
): Promise<void> {
  const single = headKind(head) === 'single-vector';
  const modules = [{ path: '', type: 'sentence_transformers.models.Transformer' }];
  const add = async (name: string, type: string, config?: object): Promise<string> => {
    const path = `${modules.length}_${name}`;
    modules.push({ path, type });
    await mkdir(join(folder, path), { recursive: true });
    if (config) await writeJsonAtomic(join(folder, path, 'config.json'), config);
    return join(folder, path);
  };
  if (single) {
    const flags = Object.entries(POOLING_MODES).map(([mode, key]) => [key, mode === head.pooling]);
    const config = { word_embedding_dimension: width, ...(Object.fromEntries(flags) as object) };
    await add('Pooling', 'sentence_transformers.models.Pooling', config);
  }
  for (const [i, size] of head.dense.entries()) {
    const inside = head.dense[i - 1] ?? width;
    const at = await add('Dense', single ? 'sentence_transformers.models.Dense' : 'pylate.models.Dense.Dense', {
      in_features: inside,
      out_features: size,
      bias: false,
      activation_function: IDENTITY,
      ...(!single && { use_residual: false }),
    });
    const tensor = { name: 'linear.weight', shape: [size, inside], data: dense[i]! };
    await writeSafetensors(join(at, 'model.safetensors'), [tensor], 'float32', { checksums: false });
  }
  if (single) await add('Normalize', 'sentence_transformers.models.Normalize');
  await writeJsonAtomic(
    join(folder, MODULES_FILE),
    modules.map((module, idx) => ({ idx, name: String(idx), ...module })),
  );
}
