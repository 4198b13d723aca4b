/**
 * How a run folder goes on with another configuration. What no finished stage depends on changes at once; more steps go on from
 * the last checkpoint; anything else is refused with the stages that would run again, unless the user lets them.
 */
import { join } from 'node:path';
import { readdir, rm } from 'node:fs/promises';
import { withDefaults, type Config } from '../config/index.js';
import { ignoreMissing } from '../core/missing.js';
import { refuseStrangers, removeOwnFolder } from '../core/owned-folder.js';
import {
  configDifferences,
  differencesText,
  wouldRunAgain,
  type ConfigDifference,
  type RunFolder,
  type RunRecords,
  type StageMarker,
} from '../runs/run-folder.js';
import { checkpointPath, checkpointSteps } from '../train/index.js';
import { hashModelFolder, type Settings } from './fingerprint.js';
import { modelFolderOf, type Session } from './session.js';
import { identitiesOf, stagesOf, type StagePlan } from './stage-settings.js';

/** The part of a session that is compared with what its run folder holds. */
export type Growing = Pick<Session, 'config' | 'identities' | 'modelFolder' | 'modelHash'> & { run: RunRecords };

/** A finished stage, or a training that has begun, that another configuration than its own is asked for. */
interface ChangedStage {
  name: string;
  begun: boolean;
  /** Only how its policy is evaluated has changed: the policy stays. */
  evaluationsOnly: boolean;
}

/**
 * Before any work: keeps the configuration of this attempt, or throws `run-folder` where finished stages (and trainings that
 * have begun) would run again under it. What the data would be is compared when it is made, before anything else.
 */
export async function acceptChanges(session: Session): Promise<void> {
  const { run } = session;
  const { stages, why, unsure } = await changedStages(session);
  if (stages.length > 0 && !session.again) throw wouldRunAgain(stages.map(shownStage), why, run.root);
  if (session.again) await run.allowAgain([...stages.map(({ name }) => name), ...unsure.keys()]);
  else for (const [name, all] of unsure) run.hold(name, all, UNRECORDED);
  for (const { name, begun, evaluationsOnly } of stages) {
    const arm = name.replace(/^train-/, '');
    if (begun) await (evaluationsOnly ? clearEvaluations(run, arm) : clearArm(run, arm));
  }
  await run.acceptConfig();
}

const UNRECORDED =
  'an older version made it and did not record with which settings; what it was made from is not what is asked for now';

/**
 * The stages that would run again under a configuration, and the keys that did it; and stages of an older version that do not say
 * what they were made with, each with all that is made from it.
 */
export async function changedStages(
  growing: Growing,
): Promise<{ stages: ChangedStage[]; why: string; unsure: Map<string, string[]> }> {
  const plans = stagesOf(growing.config, growing.identities);
  const kept = await keptStages(growing, plans);
  const changed = new Map<string, ConfigDifference[]>();
  for (const { name, settings } of plans) {
    const was = kept.get(name);
    if (name === 'data' || was?.settings === undefined) continue;
    const differences = configDifferences(was.settings, settings).filter((d) => !goesOn(d, was));
    if (differences.length > 0) changed.set(name, differences);
  }
  const evaluated = [...changed].filter(([name, own]) => name.startsWith('train-') && own.every(onlyEvaluated));
  const evaluations = new Set(evaluated.map(([name]) => name));
  const remade = withDependents(new Set([...changed.keys()].filter((name) => !evaluations.has(name))), plans);
  const stages = plans
    .filter(({ name }) => kept.has(name) && (remade.has(name) || evaluations.has(name)))
    .map(({ name }) => ({ name, begun: kept.get(name)!.begun, evaluationsOnly: !remade.has(name) }));
  const unrecorded = [...kept].filter(([name, { recorded }]) => !recorded && name !== 'data').map(([name]) => name);
  const withAll = (name: string) => [...withDependents(new Set([name]), plans)].filter((other) => kept.has(other));
  const unsure = new Map(unrecorded.map((name) => [name, withAll(name)]));
  return { stages, why: differencesText(merged([...changed.values()])), unsure };
}

/** A stage as people are told of it. */
export function shownStage({ name, evaluationsOnly }: ChangedStage): string {
  return evaluationsOnly ? `${name} (its evaluations alone)` : name;
}

/** Whether a key says how a policy is evaluated, and not what it is. */
function onlyEvaluated({ key }: ConfigDifference): boolean {
  return key.startsWith('eval.') || key === 'arms.test';
}

interface KeptStage {
  /** The settings that its files were made with. */
  settings: unknown;
  /** The last step of a training that has files. */
  step?: number;
  /** A training that has not ended. */
  begun: boolean;
  /** Whether its marker says so itself; those of older versions do not. */
  recorded: boolean;
}

/** Finished stages that may not run again, and trainings that have begun. */
async function keptStages(growing: Growing, plans: readonly StagePlan[]): Promise<Map<string, KeptStage>> {
  const { config, run } = growing;
  const out = new Map<string, KeptStage>();
  const before = await previousStages(growing);
  for (const { name } of plans) {
    const marker = await run.stageMarker(name);
    if (marker?.mayRunAgain === true) continue;
    if (marker) {
      // One that was emptied by hand asks for the stage.
      const recorded = marker.settings !== undefined || (marker as Partial<StageMarker>).inputs === undefined;
      const settings = settingsOf(marker, before.get(name));
      out.set(name, { settings, begun: false, recorded, ...step(stepsOf(marker)) });
      continue;
    }
    const arm = config.arms.find((one) => one.policyOf === null && name === `train-${one.name}`);
    const reached = arm && (await checkpointSteps(run.paths.policies(arm.name))).at(-1);
    const settings = before.get(name);
    if (reached !== undefined && settings) out.set(name, { settings, step: reached, begun: true, recorded: true });
  }
  return out;
}

const step = (value: number | undefined) => (value === undefined ? {} : { step: value });

/** A marker of an older version does not say; the configuration that the folder kept does. */
function settingsOf(marker: StageMarker, before: Settings | undefined): unknown {
  return marker.settings ?? before;
}

/** Steps of the arm that a marker is of. */
export function stepsOf({ settings }: StageMarker): number | undefined {
  return (settings as { rl?: { steps?: number } } | undefined)?.rl?.steps;
}

/** Settings of each stage under the configuration that the folder has kept; none where there was none or it cannot be read. */
async function previousStages({ run, modelFolder, modelHash }: Growing): Promise<Map<string, Settings>> {
  const kept = withDefaults(run.kept) as Config | undefined;
  if (kept === undefined || kept.arms === undefined) return new Map();
  try {
    const folder = modelFolderOf(kept);
    const identities = await identitiesOf(kept, folder === modelFolder ? modelHash : await hashModelFolder(folder));
    return new Map(stagesOf(kept, identities).map(({ name, settings }) => [name, settings]));
  } catch {
    return new Map(); // its model or modules are gone; checkpoints and markers still say what they were made from
  }
}

/** More steps than were made go on from them. */
function goesOn({ key, b }: ConfigDifference, { step: made }: KeptStage): boolean {
  return key === 'rl.steps' && typeof b === 'number' && made !== undefined && b >= made;
}

/** These stages and all that are made from what they make. */
function withDependents(names: Set<string>, plans: readonly StagePlan[]): Set<string> {
  const out = new Set(names);
  // Plans stand in order, but that arms may borrow from a later one.
  for (const plan of [...plans, ...plans]) if (plan.needs.some((need) => out.has(need))) out.add(plan.name);
  return new Set(plans.map(({ name }) => name).filter((name) => out.has(name)));
}

function merged(lists: readonly ConfigDifference[][]): ConfigDifference[] {
  return [...new Map(lists.flat().map((difference) => [difference.key, difference])).values()];
}

/** Removes what an arm has made, that it may run anew. Throws `io` first where its folders hold what was not written here. */
export async function clearArm(run: RunFolder, arm: string): Promise<void> {
  const policies = run.paths.policies(arm);
  const checkpoints = (await checkpointSteps(policies)).map((at) => checkpointPath(policies, at));
  for (const folder of checkpoints) await refuseStrangers(folder);
  for (const folder of checkpoints) await removeOwnFolder(folder);
  await clearSteps(join(run.root, 'rollouts', arm));
  await clearEvaluations(run, arm);
  await run.cutMetrics(arm, 0);
}

/** Removes the evaluations of an arm, and leaves its policy. */
export function clearEvaluations(run: RunFolder, arm: string): Promise<void> {
  return clearSteps(join(run.root, 'eval', arm));
}

async function clearSteps(folder: string): Promise<void> {
  const names = (await readdir(folder).catch(ignoreMissing)) ?? [];
  for (const name of names) if (/^(contexts-|greedy-)?\d{6,}\.jsonl$/.test(name)) await rm(join(folder, name));
}
