/** Turns a GGUF file into a model folder in Hugging Face layout, which everything else here reads. */
import { join } from 'node:path';
import { writeFolderAtomic, writeJsonAtomic } from '../core/files.js';
import { RaRftError } from '../core/errors.js';
import { refuseStrangers } from '../core/owned-folder.js';
import { copyTokenizer, writeCheckpoint } from './checkpoint.js';
import { GgufFile } from './gguf.js';
import { ggufConfig, ggufName, ROPE_FACTORS } from './gguf-config.js';
import { ggufTokenizer } from './gguf-tokenizer.js';
import type { DecoderConfig, WeightDtype } from './hf-config.js';
import { paramSpecs, partViews, sizeOf, type Params } from './parameters.js';

/** What was imported, for a person to read. */
export interface ImportedModel {
  folder: string;
  config: DecoderConfig;
  parameters: number;
  /** Tensors of each number format in the file. */
  formats: Record<string, number>;
  /** The file's own name and licence, where it tells. */
  name?: string;
  license?: string;
}

export interface ImportOptions {
  /** Number format of the new weights; float32 keeps the decoded numbers exactly. */
  dtype?: WeightDtype;
  /** Folder with the model's own tokenizer files, instead of the tokenizer in the GGUF file. */
  tokenizerFrom?: string;
  /** Called for each tensor read. */
  report?: (done: number, total: number) => void;
}

/**
 * Imports a Llama, Qwen2 or Qwen3 model: config.json, model.safetensors, tokenizer.json, chat template. The folder is
 * written whole or not at all. Throws `model` naming file and tensor or key, `io` where the folder holds files of others.
 */
export async function importGguf(path: string, folder: string, options: ImportOptions = {}): Promise<ImportedModel> {
  await refuseStrangers(folder); // told now, not after minutes of reading
  const file = await GgufFile.open(path);
  try {
    const config = { ...(await ggufConfig(file)), dtype: options.dtype ?? 'float32' };
    const rebuilt = options.tokenizerFrom === undefined ? ggufTokenizer(file) : undefined;
    const params = await readParams(file, config, options.report ?? (() => {}));
    await writeFolderAtomic(folder, async (temporary) => {
      await writeCheckpoint(temporary, { config, params });
      if (rebuilt) {
        await writeJsonAtomic(join(temporary, 'tokenizer.json'), rebuilt.tokenizer);
        await writeJsonAtomic(join(temporary, 'tokenizer_config.json'), rebuilt.config);
      } else if (options.tokenizerFrom !== undefined) await copyTokenizer(options.tokenizerFrom, temporary);
    });
    const formats: Record<string, number> = {};
    for (const { format } of file.tensors.values()) formats[format.name] = (formats[format.name] ?? 0) + 1;
    const [name, license] = [file.text('general.name'), file.text('general.license')];
    const parameters = [...params.values()].reduce((sum, data) => sum + data.length, 0);
    return { folder, config, parameters, formats, ...(name ? { name } : {}), ...(license ? { license } : {}) };
  } finally {
    await file.close();
  }
}

async function readParams(
  file: GgufFile,
  config: DecoderConfig,
  report: (done: number, total: number) => void,
): Promise<Params> {
  const specs = paramSpecs(config);
  const wanted = new Set(specs.flatMap((spec) => spec.parts.map((part) => ggufName(part.hfName))));
  const stranger = [...file.tensors.keys()].find((name) => !wanted.has(name) && name !== ROPE_FACTORS);
  if (stranger !== undefined) {
    throw new RaRftError({
      code: 'model',
      message: `tensor ${stranger} has no place in a ${config.architecture} model`,
      where: `${file.path}: ${stranger}`,
      expected: `the ${wanted.size} tensors of this architecture`,
    });
  }
  const params: Params = new Map();
  let done = 0;
  for (const spec of specs) {
    const data = new Float32Array(sizeOf(spec.shape));
    for (const { part, data: view } of partViews(spec, data)) {
      await file.readInto(ggufName(part.hfName), part.shape, view);
      const heads = interleavedHeads(part.hfName, config);
      if (heads > 0) halvesFromPairs(view, heads, part.rows / heads);
      report(++done, wanted.size);
    }
    params.set(spec.name, data);
  }
  return params;
}

/** llama.cpp keeps the q and k rows of Llama with rotary pairs side by side; Hugging Face keeps them as two halves. */
function interleavedHeads(hfName: string, config: DecoderConfig): number {
  if (config.architecture !== 'llama') return 0;
  if (hfName.endsWith('q_proj.weight')) return config.heads;
  return hfName.endsWith('k_proj.weight') ? config.kvHeads : 0;
}

/** Reorders the rows of each head in place: row 2i goes to i, row 2i + 1 to half + i. */
export function halvesFromPairs(data: Float32Array, heads: number, headDim: number): void {
  const columns = data.length / (heads * headDim);
  for (let h = 0; h < heads; h++) {
    const head = data.subarray(h * headDim * columns, (h + 1) * headDim * columns);
    const pairs = head.slice();
    for (let row = 0; row < headDim; row++) {
      const to = (row % 2) * (headDim / 2) + Math.floor(row / 2);
      head.set(pairs.subarray(row * columns, (row + 1) * columns), to * columns);
    }
  }
}
