/**
 * Checkpoints of a policy: policy/<arm>/step-000100/ holds weights, optimizer and trainer-state.json, all that
 * going on needs. A folder is written under another name and renamed, so one that exists is whole.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RaRftError } from '../core/errors.js';
import { writeJsonAtomic } from '../core/files.js';
import { removeOwnFolder } from '../core/owned-folder.js';
import type { RngState } from '../core/rng.js';
import { savePolicy } from '../engine/policy-folder.js';
import type { Policy } from '../engine/types.js';

/** What stands in trainer-state.json. */
export interface TrainerState {
  step: number;
  /** Problems drawn so far: the data cursor. */
  drawn: number;
  policyVersion: number;
  /** State of the training's random stream; streams of steps are forked from it. */
  rng: RngState;
  /** Hash of everything the training depends on: settings, data, contexts, starting weights. */
  inputs: string;
}

const stateFile = 'trainer-state.json';

/** Folder `step-000100` among the checkpoints in `folder`. */
export function checkpointPath(folder: string, step: number): string {
  return join(folder, `step-${String(step).padStart(6, '0')}`);
}

/** Steps with a checkpoint, ascending. */
export async function checkpointSteps(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch(noneIfMissing);
  return names
    .flatMap((name) => /^step-(\d+)$/.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((a, b) => a - b);
}

/** The newest checkpoint in `folder`, where it is a folder of checkpoints (policy/ra-rft of a run); else the folder itself. */
export async function newestOrItself(folder: string): Promise<string> {
  const step = (await checkpointSteps(folder)).at(-1);
  return step === undefined ? folder : checkpointPath(folder, step);
}

/** Writes the checkpoint of `state.step`, then removes all but the newest `keep`. */
export async function saveCheckpoint(folder: string, policy: Policy, state: TrainerState, keep: number): Promise<void> {
  await savePolicy(policy, checkpointPath(folder, state.step), { optimizer: true }, (temporary) =>
    writeJsonAtomic(join(temporary, stateFile), state),
  );
  const steps = await checkpointSteps(folder);
  for (const old of steps.slice(0, -keep)) await removeOwnFolder(checkpointPath(folder, old));
}

/**
 * The newest checkpoint of a step up to `maxStep`. Throws `run-folder` where it was made from other inputs: going on
 * from it would mix two trainings.
 */
export async function latestCheckpoint(
  folder: string,
  maxStep: number,
  inputs: string,
): Promise<TrainerState | undefined> {
  const step = (await checkpointSteps(folder)).findLast((s) => s <= maxStep);
  if (step === undefined) return undefined;
  const path = join(checkpointPath(folder, step), stateFile);
  const state = await readState(path);
  if (state.inputs !== inputs) {
    throw new RaRftError({
      code: 'run-folder',
      message: 'this checkpoint belongs to a training with other settings, data or starting weights',
      where: path,
      expected: `inputs ${inputs}, found ${state.inputs}`,
      hint: 'Choose another --name, or remove this folder to train anew.',
    });
  }
  return state;
}

/** The state of the newest checkpoint, whatever it was made from. */
export async function newestCheckpoint(folder: string): Promise<TrainerState | undefined> {
  const step = (await checkpointSteps(folder)).at(-1);
  return step === undefined ? undefined : readState(join(checkpointPath(folder, step), stateFile));
}

async function readState(path: string): Promise<TrainerState> {
  return JSON.parse(await readFile(path, 'utf8')) as TrainerState;
}

/** Removes the checkpoints of later steps. */
export async function removeCheckpointsAfter(folder: string, step: number): Promise<void> {
  for (const at of await checkpointSteps(folder)) if (at > step) await removeOwnFolder(checkpointPath(folder, at));
}

function noneIfMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
  throw error;
}
