/** Which finished stages of a run folder a configuration keeps, and which it would run again; for --dry-run, which only looks. */
import { withDefaults, type Config } from '../config/index.js';
import { readRunRecords } from '../runs/run-folder.js';
import { begunTrainings, type Begun } from './begun.js';
import { stagesOfOtherData } from './data/data-stage.js';
import { changedStages, shownStage, stepsOf } from './growth.js';
import type { Made } from './data/make-data.js';
import { openIdentities, type Prompts } from './session.js';
import { stagesOf } from './stage-settings.js';

/** Stages, and why they would run again. */
export interface StagesAgain {
  stages: string[];
  why: string;
}

/** What a run folder holds of a configuration's stages. */
export interface StagesKept {
  again: StagesAgain[];
  /** Stages that are done and stay, in their order; a training that would go on is none of them. */
  finished: string[];
  /** Trainings that would go on. */
  begun: Begun;
}

/** Of a folder that holds nothing, or is not looked at. */
export const nothingKept: StagesKept = { again: [], finished: [], begun: {} };

/** As the run itself would refuse them (or do them, with --again): by keys, by data, and those that an older version has made. */
export async function stagesKept(
  config: Config,
  root: string,
  { lengths }: Pick<Prompts, 'lengths'>,
  made: Pick<Made, 'train' | 'test' | 'corpus'>,
): Promise<StagesKept> {
  const run = await readRunRecords(root, withDefaults);
  if (run.kept === undefined) return nothingKept;
  const model = await openIdentities(config);
  const { stages, why, unsure } = await changedStages({ config, run, ...model });
  const byKeys = stages.length > 0 ? [{ stages: stages.map(shownStage), why }] : [];
  const byData = await stagesOfOtherData({ config, run, lengths, modelHash: model.modelHash }, made);
  const names = new Set(stages.map(({ name }) => name));
  const perhaps = [...new Set([...unsure.values()].flat())].filter((name) => !names.has(name));
  const old = 'if they were not made from what is asked for now: an older version did not record with which settings';
  const again = [
    ...byKeys,
    ...(byData ? [byData] : []),
    ...(perhaps.length > 0 ? [{ stages: perhaps, why: old }] : []),
  ];
  const remade = new Set([...names, ...perhaps, ...(byData?.stages ?? [])]);
  const finished: string[] = [];
  const open: string[] = [];
  for (const { name } of stagesOf(config, model.identities)) {
    if (remade.has(name)) continue;
    const marker = await run.stageMarker(name);
    if (marker?.mayRunAgain === true) continue;
    const isDone = marker !== undefined && (stepsOf(marker) ?? config.rl.steps) >= config.rl.steps;
    (isDone ? finished : open).push(name);
  }
  return { again, finished, begun: await begunTrainings(config, root, open) };
}
