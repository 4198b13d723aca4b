/** An engine's checkpoint: a Hugging Face model or an adapter, plus `engine.json` and `optimizer.safetensors`. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RaRftError } from '../../core/errors.js';
import { writeFolderAtomic, writeJsonAtomic } from '../../core/files.js';
import { writeCheckpoint } from '../../models/checkpoint.js';
import type { DecoderConfig } from '../../models/hf-config.js';
import type { Trainable } from '../../optim/trainables.js';
import { SafetensorsReader } from '../../models/safetensors.js';
import { writeSafetensors } from '../../models/safetensors-writer.js';
import type { AdamWState } from '../../optim/adamw.js';

/** What stands in `engine.json`. */
export interface EngineFile {
  policyVersion: number;
  /** Optimizer steps behind the moments; absent where no optimizer was saved. */
  optimizerStep?: number;
}

const OPTIMIZER = 'optimizer.safetensors';

/** Writes everything, whole or not at all; `write` puts the weights into the folder. */
export async function saveEngine(
  folder: string,
  {
    write,
    policyVersion,
    optimizer,
  }: {
    write: (temporary: string) => Promise<void>;
    policyVersion: number;
    optimizer?: AdamWState;
  },
): Promise<void> {
  await writeFolderAtomic(folder, async (temporary) => {
    await write(temporary);
    if (optimizer) {
      const tensors = [...optimizer.first.keys()].flatMap((name) =>
        (['first', 'second'] as const).map((moment) => {
          const data = optimizer[moment].get(name)!;
          return { name: `${moment}.${name}`, shape: [data.length], data };
        }),
      );
      await writeSafetensors(join(temporary, OPTIMIZER), tensors, 'float32');
    }
    const facts: EngineFile = { policyVersion, ...(optimizer ? { optimizerStep: optimizer.step } : {}) };
    await writeJsonAtomic(join(temporary, 'engine.json'), facts);
  });
}

/** Weights as a Hugging Face model; float32, so that training continues exactly. */
export async function writeModel(
  folder: string,
  config: DecoderConfig,
  params: ReadonlyMap<string, Float32Array>,
): Promise<void> {
  await writeCheckpoint(folder, { config: { ...config, dtype: 'float32' }, params });
}

/** `engine.json` of a folder; one that another tool made has none and starts at version 0. */
export async function readEngineFile(folder: string): Promise<EngineFile> {
  const file = join(folder, 'engine.json');
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return { policyVersion: 0 };
  try {
    const facts = JSON.parse(text) as EngineFile;
    if (Number.isInteger(facts.policyVersion)) return facts;
  } catch {
    // Falls through to the error below, which names the file.
  }
  throw new RaRftError({
    code: 'model',
    message: 'engine.json is damaged',
    where: file,
    expected: '{"policyVersion": 12, "optimizerStep": 12}',
    hint: 'Remove the file to start from these weights with a fresh optimizer.',
  });
}

/** The optimizer state that `saveEngine` wrote, of these parameters. */
export async function readOptimizer(folder: string, params: readonly Trainable[], step: number): Promise<AdamWState> {
  const reader = await SafetensorsReader.open(join(folder, OPTIMIZER));
  try {
    const read = async (moment: string): Promise<Map<string, Float32Array>> => {
      const out = new Map<string, Float32Array>();
      for (const { name, value } of params) {
        const data = new Float32Array(value.length);
        await reader.readInto(`${moment}.${name}`, [value.length], data);
        out.set(name, data);
      }
      return out;
    };
    return { step, first: await read('first'), second: await read('second') };
  } finally {
    await reader.close();
  }
}
