/** Stages "warmup" and "warmup-start": optional supervised steps, so that a policy starts with some signal and meets traces. */
import { join } from 'node:path';
import type { Rng } from '../../core/rng.js';
import { hashJson } from '../../core/hash.js';
import { exists } from '../../core/missing.js';
import type { Context, Problem } from '../../data/index.js';
import { savePolicy } from '../../engine/index.js';
import type { StageInputs } from '../../runs/run-folder.js';
import { trainSupervised } from '../../supervised/index.js';
import { newestCheckpoint } from '../../train/index.js';
import { hashModelFolder } from '../fingerprint.js';
import { clearArm } from '../growth.js';
import { optimizerOf } from './optimizer.js';
import type { DataSets } from '../data/data-sets.js';
import { warmupDepth, warmupSources, type Retrieved, type RetrieverName } from '../retrieve/contexts.js';
import type { Session } from '../session.js';
import { startSettings, startStage, warmupSettings } from '../warmup-settings.js';
import { trainedPart } from './trained-part.js';
import {
  amongBest,
  drawnContexts,
  firstShares,
  randomTraces,
  shownBest,
  sourceShares,
  type FitsExample,
} from './warmup-contexts.js';
import { searchEarlySources } from './warmup-traces.js';

/** A policy as a folder, with the hash of its files. */
export interface StartPolicy {
  folder: string;
  fingerprint: string;
  /** Folder of a whole model with its token embeddings: the policy's own, or the base of its adapter. */
  modelFolder: string;
}

/** The policy that finds out what helps: warmed up with traces of the sources that need no labels, or the model as it comes. */
export async function labellingPolicy(session: Session, data: DataSets): Promise<StartPolicy> {
  return session.config.labels.policy === 'model' ? modelOf(session) : warmUp(session, data);
}

/** The model, warmed up where that is asked for, with traces of the sources that need no labels. */
async function warmUp(session: Session, data: DataSets): Promise<StartPolicy> {
  const { config } = session;
  if (config.warmup.steps === 0) return modelOf(session);
  const retrieved = await searchEarlySources(session, data);
  const settings = warmupSettings(config, session.identities);
  return warmUpBySources(session, data, { stage: 'warmup', settings, shares: firstShares(config), retrieved });
}

/**
 * The policy that all arms start from, warmed up with all sources. Where some of these could search only with labels or a policy, it is
 * made anew from the model, so that the retriever that serves has taught.
 */
export async function startingPolicy(
  session: Session,
  data: DataSets,
  { first, retrieved }: { first: StartPolicy; retrieved: Retrieved },
): Promise<StartPolicy> {
  const { config } = session;
  if (warmupSources(config).late.length === 0) return config.labels.policy === 'model' ? warmUp(session, data) : first;
  const all = new Map([...retrieved, ...(await searchEarlySources(session, data))]);
  const settings = startSettings(config, session.identities);
  return warmUpBySources(session, data, { stage: startStage, settings, shares: sourceShares(config), retrieved: all });
}

interface BySources {
  stage: string;
  settings: StageInputs['settings'];
  shares: Readonly<Record<string, number>>;
  /** What the retrievers among the sources have found. */
  retrieved: Retrieved;
}

function warmUpBySources(
  session: Session,
  data: DataSets,
  { stage, settings, shares, retrieved }: BySources,
): Promise<StartPolicy> {
  const { warmup } = session.config;
  const depth = warmupDepth(warmup);
  const fits = exampleLengths(session);
  const names: RetrieverName[] = Object.keys(shares).filter((name) => name !== 'random');
  const sourceOf = (name: string) =>
    name === 'random' ? randomTraces(data, fits) : amongBest(name, retrieved, depth, fits);
  const traces = shownBest(names, retrieved, data.train, depth);
  return superviseModel(session, {
    stage,
    inputs: { settings, data: data.fingerprint, ...(names.length > 0 && { traces }) },
    problems: data.train,
    contextOf: drawnContexts(warmup, shares, sourceOf, (problem, context) =>
      session.lengths.fitsExampleWith(problem, context),
    ),
  });
}

export interface Supervision {
  /** Name of the stage, of the policy in the run folder and of its rows in metrics.jsonl. */
  stage: string;
  inputs: StageInputs;
  problems: readonly Problem[];
  contextOf: (problem: Problem, rng: Rng) => Context;
}

/** Warms up the model, from its own weights, on the solutions of problems. */
export async function superviseModel(
  session: Session,
  { stage, inputs, problems, contextOf }: Supervision,
): Promise<StartPolicy> {
  const { config, run, rng, modelFolder } = session;
  const folder = join(run.paths.policies(stage), 'final');
  const fits = exampleLengths(session);
  const key = hashJson(inputs);
  const work = async () => {
    await clearOther(session, stage, key);
    await trainSupervised({
      arm: stage,
      run,
      engine: session.engine(),
      training: trainedPart(config),
      codec: session.codec,
      problems: problems.filter((problem) => fits(problem)),
      contextOf,
      settings: config.warmup,
      schedule: { peak: config.warmup.learningRate, warmupSteps: 0, decayOverSteps: config.warmup.steps },
      section: 'warmup',
      optimizer: optimizerOf(config.rl),
      maxPromptTokens: config.prompt.maxPromptTokens,
      checkpointEverySteps: config.rl.checkpointEverySteps,
      initialPolicy: modelFolder,
      rng: rng.fork(stage),
      inputs: key,
      afterStep: async (step, policy) => {
        if (step === config.warmup.steps) await savePolicy(policy, folder, { optimizer: false });
      },
      progress: session.progress,
    });
  };
  await run.stage(stage, inputs, work, [folder]);
  const isWhole = await exists(join(folder, 'config.json'));
  return { folder, fingerprint: await hashModelFolder(folder), modelFolder: isWhole ? folder : modelFolder };
}

/**
 * Removes what a finished warm-up of other inputs has left: that it may be made anew was decided before. What a killed one has left is
 * gone on with, or refused.
 */
async function clearOther({ run, again }: Session, stage: string, inputs: string): Promise<void> {
  const left = await newestCheckpoint(run.paths.policies(stage));
  const finished = (await run.stageMarker(stage)) !== undefined;
  if (left && left.inputs !== inputs && (finished || again)) await clearArm(run, stage);
}

/** Which problems, and which traces with them, a warm-up may show. */
export function exampleLengths({ config, lengths }: Pick<Session, 'config' | 'lengths'>): FitsExample {
  return (problem, trace) => config.prompt.overlong === 'error' || lengths.fitsExample(problem, trace);
}

function modelOf({ modelFolder, identities }: Session): StartPolicy {
  return { folder: modelFolder, modelFolder, fingerprint: identities.model };
}
