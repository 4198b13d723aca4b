/** The weights of a policy as it is opened: of a model or an adapter, to be read only or trained in whole or in part. */
import { RaRftError } from '../../core/errors.js';
import { Rng } from '../../core/rng.js';
import {
  adapterParts,
  baseFolderOf,
  freshFactors,
  readAdapterConfig,
  type Adapter,
  type LoraSpec,
} from '../../models/adapter/index.js';
import type { AdamWState } from '../../optim/adamw.js';
import type { OpenOptions } from '../types.js';
import type { BaseModel } from './base-models.js';
import { readOptimizer, type EngineFile } from './checkpoint.js';
import { loraTraining, mergedParams } from './lora-training.js';
import type { Programs } from './programs.js';
import { fullTraining, type Training } from './training.js';

/** Folder of the base model that an adapter's folder names. */
export async function namedBase(folder: string): Promise<string> {
  return baseFolderOf(folder, (await readAdapterConfig(folder)).base);
}

/** Parameters to be read, or what is trained of them. Throws `model` where `train` asks for another adapter than `saved`. */
export async function weightsOf(
  base: BaseModel,
  saved: Adapter | undefined,
  train: OpenOptions['train'],
  place: { baseFolder: string; programs: Programs },
): Promise<ReadonlyMap<string, Float32Array> | Training> {
  if (train === undefined || train === 'full') {
    const params = saved ? await mergedParams(base, saved, place.programs) : base.params;
    return train ? fullTraining(base.config, params) : params;
  }
  const wanted = freshAdapter(base, train);
  if (saved) refuseOther(saved, wanted);
  return loraTraining(base, saved ?? wanted, place);
}

/** Optimizer state of a checkpoint; undefined where it has none, or nothing is trained. */
export async function momentsOf(
  folder: string,
  weights: ReadonlyMap<string, Float32Array> | Training,
  { optimizerStep }: EngineFile,
): Promise<AdamWState | undefined> {
  if (optimizerStep === undefined || !('trainables' in weights)) return undefined;
  return readOptimizer(folder, weights.trainables, optimizerStep);
}

function freshAdapter({ config }: BaseModel, spec: LoraSpec): Adapter {
  const { rank, alpha, rsLora, seed = 0 } = spec;
  const parts = adapterParts(config, spec);
  return { rank, alpha, rsLora, parts, factors: freshFactors(parts, rank, Rng.fromSeed(seed).fork('lora')) };
}

/** Going on with an adapter of other settings would be another training than the one that is asked for. */
function refuseOther(saved: Adapter, wanted: Adapter): void {
  const facts = ({ rank, alpha, rsLora, parts }: Adapter) => {
    const names = [...new Set(parts.map(({ module }) => module.replace(/\d+/, 'N')))];
    return `rank ${rank}, alpha ${alpha}${rsLora ? ' (rsLoRA)' : ''}, ${parts.length} weights (${names.join(', ')})`;
  };
  if (facts(saved) === facts(wanted)) return;
  throw new RaRftError({
    code: 'model',
    message: `the adapter to be trained has ${facts(saved)}`,
    where: 'lora',
    expected: facts(wanted),
    hint: 'Train it with its own settings, or merge it into a model first (`ra-rft model merge`).',
  });
}
