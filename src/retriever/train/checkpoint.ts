/**
 * Where a training of a retriever stands, in one folder: weights, the optimizer with its moments, the best weights so far, and what
 * draws the batches. The folder is written under another name and renamed, so one that is there is whole.
 */
import { join } from 'node:path';
import { stat } from 'node:fs/promises';
import { RaRftError } from '../../core/errors.js';
import { writeFolderAtomic, writeJsonAtomic } from '../../core/files.js';
import { ignoreMissing } from '../../core/missing.js';
import { removeOwnFolder } from '../../core/owned-folder.js';
import type { RngState } from '../../core/rng.js';
import { readJsonObject } from '../../models/config-reader.js';
import type { Params } from '../../models/parameters.js';
import { SafetensorsReader } from '../../models/safetensors.js';
import { writeSafetensors } from '../../models/safetensors-writer.js';
import type { NetTrainingState } from '../encode/net/port.js';
import type { Validation } from './train-metrics.js';

/** All that a training goes on from. */
export interface TrainCheckpoint {
  /** Steps done; the draws of the batches follow from it. */
  step: number;
  net: NetTrainingState;
  /** State of the stream of token dropout. */
  dropout: RngState;
  saturated: boolean;
  best?: { validation: Validation; weights: Params };
  /** Ids of the hard negatives of every query, as mined last. */
  mined?: Record<string, string[]>;
}

/** Keeps the newest checkpoint. */
export interface CheckpointStore {
  load(): Promise<TrainCheckpoint | undefined>;
  save(checkpoint: TrainCheckpoint): Promise<void>;
  /** Of a training that has ended, which needs no way back. */
  remove(): Promise<void>;
}

/** training.json: the checkpoint without its weights. */
interface CheckpointFile {
  inputs: string;
  step: number;
  optimizerStep: number;
  dropout: RngState;
  saturated: boolean;
  best?: Validation;
  mined?: Record<string, string[]>;
}

const FILE = 'training.json';
const GROUPS = ['params', 'first', 'second', 'best'] as const;

/**
 * Checkpoints in a folder. `inputs` is a hash of all that the training depends on; the checkpoint of another training is passed
 * over, and overwritten in time.
 */
export function checkpointFolder(folder: string, inputs: string): CheckpointStore {
  return {
    load: () => loadCheckpoint(folder, inputs),
    save: (checkpoint) => saveCheckpoint(folder, inputs, checkpoint),
    remove: () => removeOwnFolder(folder),
  };
}

/** The step of the checkpoint in a folder, whatever training it is of; undefined where there is none. */
export async function newestStepOf(folder: string): Promise<number | undefined> {
  const file = await readFileOf(folder);
  return Number.isInteger(file?.step) ? file?.step : undefined;
}

async function readFileOf(folder: string): Promise<CheckpointFile | undefined> {
  const path = join(folder, FILE);
  if ((await stat(path).catch(ignoreMissing)) === undefined) return undefined;
  return (await readJsonObject(path, true)) as unknown as CheckpointFile;
}

async function saveCheckpoint(folder: string, inputs: string, checkpoint: TrainCheckpoint): Promise<void> {
  const { step, net, dropout, saturated, best, mined } = checkpoint;
  const file: CheckpointFile = {
    inputs,
    step,
    optimizerStep: net.optimizer.step,
    dropout,
    saturated,
    ...(best && { best: best.validation }),
    ...(mined && { mined }),
  };
  const { first, second } = net.optimizer;
  const groups = { params: net.params, first, second, ...(best && { best: best.weights }) };
  await writeFolderAtomic(folder, async (temporary) => {
    for (const [group, params] of Object.entries(groups)) {
      const tensors = [...params].map(([name, data]) => ({ name, shape: [data.length], data }));
      await writeSafetensors(join(temporary, `${group}.safetensors`), tensors, 'float32');
    }
    await writeJsonAtomic(join(temporary, FILE), file);
  });
}

async function loadCheckpoint(folder: string, inputs: string): Promise<TrainCheckpoint | undefined> {
  const file = await readFileOf(folder);
  if (file?.inputs !== inputs) return undefined;
  const { step, optimizerStep, dropout, saturated, best, mined } = file;
  if (![step, optimizerStep].every(Number.isInteger) || !Array.isArray(dropout)) {
    throw new RaRftError({
      code: 'model',
      message: 'the checkpoint of this training is damaged',
      where: join(folder, FILE),
      expected: 'step, optimizerStep and dropout, as they were written',
      hint: 'Remove the folder to train from the start.',
    });
  }
  const read = (group: (typeof GROUPS)[number]) => readParams(join(folder, `${group}.safetensors`));
  const optimizer = { step: optimizerStep, first: await read('first'), second: await read('second') };
  return {
    step,
    net: { params: await read('params'), optimizer },
    dropout,
    saturated,
    ...(best && { best: { validation: best, weights: await read('best') } }),
    ...(mined && { mined }),
  };
}

async function readParams(file: string): Promise<Params> {
  const reader = await SafetensorsReader.open(file);
  try {
    const params: Params = new Map();
    for (const name of reader.names()) params.set(name, (await reader.read(name)).data);
    return params;
  } finally {
    await reader.close();
  }
}
