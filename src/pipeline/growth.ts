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
  type StageMarker,
} from '../runs/run-folder.js';
import { checkpointPath, checkpointSteps } from '../train/index.js';
import { hashModelFolder } from './fingerprint.js';
import { modelFolderOf, type Session } from './session.js';
import { identitiesOf, stagesOf, type Settings, type StagePlan } from './stage-settings.js';

/**
 * Before any work: keeps the configuration of this attempt, or throws `run-folder` where finished stages (and trainings that
 * have begun) would run again under it. What the data would be is compared when it is made, before anything else.
 */
export async function acceptChanges(session: Session): Promise<void> {
  const { config, run, identities } = session;
  const plans = stagesOf(config, identities);
  const kept = await keptStages(session, plans);
  const changed = new Map<string, ConfigDifference[]>();
  for (const { name, settings } of plans) {
    const was = kept.get(name);
    if (name === 'data' || was === undefined) continue;
    const differences = configDifferences(was.settings, settings).filter((d) => !goesOn(d, was));
    if (differences.length > 0) changed.set(name, differences);
  }
  const again = [...withDependents(new Set(changed.keys()), plans)].filter((name) => kept.has(name));
  if (again.length > 0) {
    if (!session.again) throw wouldRunAgain(again, differencesText(merged([...changed.values()])), run.root);
    await run.allowAgain(again);
    for (const name of again) if (kept.get(name)?.begun) await clearArm(run, name.replace(/^train-/, ''));
  }
  await run.acceptConfig();
}

interface KeptStage {
  /** The settings that its files were made with. */
  settings: unknown;
  /** The last step of a training that has files. */
  step?: number;
  /** A training that has not ended. */
  begun: boolean;
}

/** Finished stages that may not run again, and trainings that have begun. */
async function keptStages(session: Session, plans: readonly StagePlan[]): Promise<Map<string, KeptStage>> {
  const { config, run } = session;
  const out = new Map<string, KeptStage>();
  const before = await previousStages(session);
  for (const { name } of plans) {
    const marker = await run.stageMarker(name);
    if (marker?.mayRunAgain === true) continue;
    if (marker) {
      out.set(name, { settings: settingsOf(marker, before.get(name)), begun: false, ...step(stepsOf(marker)) });
      continue;
    }
    const arm = config.arms.find((one) => one.policyOf === null && name === `train-${one.name}`);
    const reached = arm && (await checkpointSteps(run.paths.policies(arm.name))).at(-1);
    const settings = before.get(name);
    if (reached !== undefined && settings) out.set(name, { settings, step: reached, begun: true });
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
async function previousStages({ run, modelFolder, modelHash }: Session): Promise<Map<string, Settings>> {
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
  for (const folder of [join(run.root, 'rollouts', arm), join(run.root, 'eval', arm)]) {
    const names = (await readdir(folder).catch(ignoreMissing)) ?? [];
    for (const name of names) if (/^(contexts-)?\d{6,}\.jsonl$/.test(name)) await rm(join(folder, name));
  }
  await run.cutMetrics(arm, 0);
}
