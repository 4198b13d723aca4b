/**
 * Pre-training of the embedded world's base model: from random weights to an ordinary Hugging Face folder, through the
 * same engine as everything else. Every step's documents come from a stream of their own, so a run that was stopped
 * goes on from its last checkpoint as if it never had.
 */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkpointClock } from '../core/checkpoint-due.js';
import { atPlace, RaRftError } from '../core/errors.js';
import { writeFileAtomic, writeFolderAtomic, writeJsonAtomic } from '../core/files.js';
import { hashJson } from '../core/hash.js';
import { removeIfEmpty } from '../core/missing.js';
import { refuseStrangers, removeOwnFolder } from '../core/owned-folder.js';
import { silent, type Progress } from '../core/progress.js';
import { Rng } from '../core/rng.js';
import { folderRef, openLocalEngine, supervisedResponse, type Policy, type TrainGroup } from '../engine/index.js';
import {
  countParams,
  loadParams,
  randomParams,
  saveCheckpoint,
  Tokenizer,
  writeCheckpoint,
  type DecoderConfig,
} from '../models/index.js';
import { learningRateAt } from '../train/index.js';
import { END_TOKEN, PAD_TOKEN, pretrainingRows, PRETRAINING_MIX, worldTokenizer } from '../worlds/index.js';
import { accuracyTable } from './accuracy.js';
import { modelCard } from './card.js';
import type { PretrainOptions, PretrainResult } from './facts.js';

export type { PretrainOptions, PretrainResult } from './facts.js';

export const PRETRAIN_DEFAULTS: Omit<PretrainOptions, 'out' | 'command'> = {
  seed: 1,
  steps: 700,
  documentsPerStep: 40,
  learningRate: 2e-3,
  decayAfter: 0.6,
  mix: PRETRAINING_MIX,
  checkpointEverySteps: 100,
};

const WARMUP_STEPS = 30;
const OPTIMIZER = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1, maxGradNorm: 1 } as const;

/** Mean loss over this many last steps is the final loss. */
const FINAL_LOSS_STEPS = 20;

/** The base model's shape: Qwen3's layout in miniature. */
export function baseConfig(vocabulary: readonly string[]): DecoderConfig {
  return {
    architecture: 'qwen3',
    hidden: 128,
    layers: 4,
    heads: 4,
    kvHeads: 2,
    headDim: 32,
    ffn: 384,
    vocab: vocabulary.length,
    ropeTheta: 10_000,
    rmsEps: 1e-6,
    tied: true,
    qkvBias: false,
    qkNorm: true,
    maxPosition: 256,
    eosIds: [vocabulary.indexOf(END_TOKEN)],
    padId: vocabulary.indexOf(PAD_TOKEN),
    dtype: 'float32',
  };
}

/** How far a stopped run came; stands beside its checkpoint. */
interface WorkState {
  /** Hash of the options that decide the weights. */
  inputs: string;
  step: number;
  tokens: number;
  /** Of each step so far. */
  losses: number[];
  seconds: number;
}

/** Trains, measures and writes the folder. Throws `run-folder` where work of other options stands in the way. */
export async function pretrainBase(
  options: PretrainOptions,
  progress: Progress = silent,
  now: () => number = Date.now,
): Promise<PretrainResult> {
  const { tokenizer: json, config: tokenizerConfig, vocabulary } = worldTokenizer();
  const tokenizer = new Tokenizer({ tokenizer: json, config: tokenizerConfig });
  const config = baseConfig(vocabulary);
  const work = `${options.out}.work`;
  await refuseStrangers(options.out); // told now, not after the training
  const state = await openWork(work, options, config);
  const engine = openLocalEngine();
  try {
    const start = folderRef(join(work, `step-${state.step}`));
    const policy = await engine.open(start, { train: 'full', optimizer: true });
    await train(policy, tokenizer, options, { work, state, progress, now });
    const accuracy = await accuracyTable(policy, tokenizer, progress, options.accuracy);
    const result: PretrainResult = {
      config,
      parameters: countParams(config),
      tokens: state.tokens,
      finalLoss: mean(state.losses.slice(-FINAL_LOSS_STEPS)),
      seconds: state.seconds,
      accuracy,
    };
    const params = await loadParams(join(work, `step-${state.step}`), config);
    await writeFolderAtomic(options.out, async (folder) => {
      await writeCheckpoint(folder, { config, params });
      await writeJsonAtomic(join(folder, 'tokenizer.json'), json);
      await writeJsonAtomic(join(folder, 'tokenizer_config.json'), tokenizerConfig);
      await writeFileAtomic(join(folder, 'README.md'), modelCard(options, result));
    });
    await removeWork(work, state.step);
    return result;
  } finally {
    await engine.dispose();
  }
}

/** The state of a stopped run, or a new one with its random weights written. */
async function openWork(work: string, options: PretrainOptions, config: DecoderConfig): Promise<WorkState> {
  const { out: _out, command: _command, checkpointEverySteps: _every, accuracy: _measured, ...deciding } = options;
  const inputs = hashJson({ ...deciding, config });
  const file = join(work, 'state.json');
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text !== undefined) {
    const state = JSON.parse(text) as WorkState;
    if (state.inputs === inputs) return state;
    throw new RaRftError({
      code: 'run-folder',
      message: `${work} holds a pre-training with other options, stopped at step ${state.step}`,
      where: work,
      hint: 'Give the same options to go on with it, or remove the folder.',
    });
  }
  const params = randomParams(config, Rng.fromSeed(options.seed).fork('base/weights'));
  await saveCheckpoint(join(work, 'step-0'), { config, params });
  return { inputs, step: 0, tokens: 0, losses: [], seconds: 0 };
}

/** Takes away what this training wrote; a folder with anything else in it stays. */
async function removeWork(work: string, step: number): Promise<void> {
  await removeOwnFolder(join(work, `step-${step}`));
  await rm(join(work, 'state.json'));
  await removeIfEmpty(work);
}

interface TrainingWork {
  work: string;
  /** Moves on with the steps. */
  state: WorkState;
  progress: Progress;
  now: () => number;
}

async function train(
  policy: Policy,
  tokenizer: Tokenizer,
  options: PretrainOptions,
  { work, state, progress, now }: TrainingWork,
): Promise<void> {
  const { steps, learningRate, decayAfter, checkpointEverySteps } = options;
  const bar = progress.task('pre-train', steps, 'steps');
  const rng = Rng.fromSeed(options.seed).fork('base/documents');
  const clock = checkpointClock(checkpointEverySteps, now);
  let since = now();
  while (state.step < steps) {
    const step = state.step + 1;
    const groups = documentGroups(rng.fork(step), tokenizer, options);
    const decay = Math.min(1, (steps + 1 - step) / (steps * (1 - decayAfter)));
    const warm = learningRateAt(step, { peak: learningRate, warmupSteps: WARMUP_STEPS });
    const { loss } = await trainStep(policy, groups, warm * decay).catch((error: unknown) => {
      throw atPlace(
        `pre-training, step ${step}`,
        error,
        `Pre-train with a lower learningRate and another out; the last checkpoint stands whole in ${work}.`,
      );
    });
    state.step = step;
    state.tokens += learntTokens(groups);
    state.losses.push(loss);
    bar.update(step, `loss ${loss.toFixed(3)}`);
    if (clock.isDue(step) || step === steps) {
      state.seconds += (now() - since) / 1000;
      since = now();
      await checkpoint(policy, work, state);
      clock.saved();
    }
  }
  bar.end();
}

async function trainStep(policy: Policy, groups: TrainGroup[], learningRate: number) {
  const result = await policy.forwardBackward(groups);
  await policy.optimStep({ ...OPTIMIZER, learningRate });
  return result;
}

/** Keeps the newest checkpoint only; the state file names it and is written when it is whole. */
async function checkpoint(policy: Policy, work: string, state: WorkState): Promise<void> {
  const folder = join(work, `step-${state.step}`);
  const before = await readFile(join(work, 'state.json'), 'utf8').then(
    (text) => (JSON.parse(text) as WorkState).step,
    () => 0,
  );
  await policy.checkpoint(folder);
  await writeJsonAtomic(join(work, 'state.json'), state);
  if (before !== state.step) await removeOwnFolder(join(work, `step-${before}`));
}

/** Documents as training groups: the first token is the prompt, every later token is learnt with equal weight. */
function documentGroups(rng: Rng, tokenizer: Tokenizer, { documentsPerStep, mix }: PretrainOptions): TrainGroup[] {
  const stream = pretrainingRows(rng, mix);
  const rows = Array.from({ length: documentsPerStep }, () => {
    const { text } = stream.next().value as { text: string };
    return tokenizer.encode(`${text}${END_TOKEN}`);
  });
  const tokens = rows.reduce((sum, row) => sum + row.length - 1, 0);
  return rows.map((row) => ({
    prompt: row.slice(0, 1),
    responses: [supervisedResponse(row.slice(1), 1 / tokens)],
  }));
}

function learntTokens(groups: readonly TrainGroup[]): number {
  return groups.reduce((sum, { responses }) => sum + responses.reduce((n, { tokens }) => n + tokens.length, 0), 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, v) => sum + v, 0) / Math.max(1, values.length);
}
