/** Where a training outside a run goes on from: checkpoints in a folder that its caller names. */
import { removeLeftoversOf } from '../../core/files.js';
import { hashJson } from '../../core/hash.js';
import { refuseStrangers } from '../../core/owned-folder.js';
import { silent, type Progress } from '../../core/progress.js';
import { takeFolderLock } from '../../core/run-lock.js';
import type { Trace } from '../../data/types.js';
import { encoderHash } from '../../models/encoders/folder.js';
import type { EncoderInMemory } from '../encode/open.js';
import { checkpointFolder, newestStepOf, type CheckpointStore } from '../train/checkpoint.js';
import type { LabelledQuery } from '../train/pairs.js';
import type { TrainOptions } from '../train/train.js';

/** All that the weights of a training follow from. */
export interface TrainingInputs {
  /** What it begins with. */
  base: EncoderInMemory;
  train: readonly LabelledQuery[];
  validation: readonly LabelledQuery[];
  traces: readonly Trace[];
  options: TrainOptions;
}

export interface TrainingCheckpoints extends CheckpointStore {
  /** Lets another training have the folder. */
  release(): Promise<void>;
}

/**
 * Checkpoints of one training. Another training's in the same folder is passed over, which is said, and replaced in time. Throws `io`
 * where the folder holds files that were not written here, `run-folder` where another process trains into it.
 */
export async function trainingCheckpoints(
  folder: string,
  inputs: TrainingInputs,
  progress: Progress = silent,
): Promise<TrainingCheckpoints> {
  await refuseStrangers(folder); // told now, not at the first checkpoint
  const store = checkpointFolder(folder, hashOf(inputs));
  const lock = await takeFolderLock(`${folder}.lock`);
  return {
    ...store,
    release: () => lock.release(),
    load: async () => {
      await removeLeftoversOf(folder);
      const found = await store.load();
      const step = found?.step ?? (await newestStepOf(folder));
      if (found) progress.line(`the training goes on after step ${step} (${folder})`);
      else if (step !== undefined)
        progress.line(`warning: ${folder} is of another training (step ${step}): from the start`);
      return found;
    },
    // Where the retriever itself was saved into this folder there is no checkpoint left to remove.
    remove: async () => {
      if ((await newestStepOf(folder)) !== undefined) await store.remove();
    },
  };
}

function hashOf({ base, train, validation, traces, options }: TrainingInputs): string {
  const { checkpointEvery: _often, ...deciding } = options;
  const queries = [train, validation].map((part) => part.map(idsOf));
  const texts = traces.map(({ id, question, trace }) => [id, question, trace]);
  return hashJson([encoderHash(base.encoder, new Map()), base.spec, deciding, queries, texts]);
}

/** A labelled query with ids in place of its traces. */
function idsOf({ query, positives, unknown, judged }: LabelledQuery): unknown {
  const verdicts = judged?.map(({ trace, relevant, gain }) => [trace.id, relevant, gain]);
  return [query, positives.map(({ id }) => id), [...unknown].toSorted(), verdicts ?? null];
}
