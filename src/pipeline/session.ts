/**
 * What the stages of a run share: configuration, folder, model, verifier, random stream. The engine starts when it
 * is first needed and can be given up in between, so that only one heavy worker is alive at a time.
 */
import { fileURLToPath } from 'node:url';
import { generationOf, type Config, type GenerationUse } from '../config/index.js';
import type { Progress } from '../core/progress.js';
import { Rng } from '../core/rng.js';
import type { RunFolder } from '../runs/run-folder.js';
import { warn } from '../runs/warnings.js';
import { contextWindow, type PolicyEngine } from '../engine/index.js';
import { openModel, PromptCodec, type PromptSettings, type Tokenizer } from '../models/index.js';
import { openVerifier, type Verifier } from '../verify/index.js';
import { hashModelFolder, type Identities } from './fingerprint.js';
import { lengthLimits, PromptLengths } from './prompts/prompt-lengths.js';
import { identitiesOf } from './stage-settings.js';

/** Starts the engine that opens a run's policies; the folder is that of the configured model. `onWarning` hears what people should know. */
export type OpenEngine = (
  settings: Config['engine'],
  modelFolder: string,
  onWarning?: (text: string) => void,
) => PolicyEngine;

/** What prompts are made and measured with. */
export interface Prompts {
  readonly tokenizer: Tokenizer;
  readonly promptSettings: PromptSettings;
  readonly codec: PromptCodec;
  /** The same prompts, with the ends of the responses that each use samples. */
  readonly codecs: Readonly<Record<GenerationUse, PromptCodec>>;
  readonly lengths: PromptLengths;
}

export interface Session extends Prompts {
  readonly config: Config;
  readonly run: RunFolder;
  readonly progress: Progress;
  /** Root of all random choices of the run. */
  readonly rng: Rng;
  /** Folder of the model before any training. */
  readonly modelFolder: string;
  /** Hash of that folder's files. */
  readonly modelHash: string;
  /** That hash with those of the other files that the configuration names. */
  readonly identities: Identities;
  /** Whether finished stages may run again, and replace what they made. */
  readonly again: boolean;
  readonly verifier: Verifier;
  /** The engine, started at the first call. Every stage opens the policies that it needs, and disposes of them. */
  engine(): PolicyEngine;
  /** Ends the engine and its policies; the next call of `engine` starts a new one. */
  releaseEngine(): Promise<void>;
  close(): Promise<void>;
}

/** Opens tokenizer and prompt layout of the configured model, which is looked at whole; keeps no weights. */
export async function openPrompts(config: Config): Promise<Prompts> {
  const isLocal = config.engine.kind === 'local';
  // What only samples and scores on a server needs no weights here.
  const weights = config.engine.kind === 'openai' ? 'if-there' : 'needed';
  const { tokenizer, config: decoder } = await openModel(modelFolderOf(config), { weights });
  const promptSettings = { ...config.prompt, stop: config.generation.stop, eosIds: decoder.eosIds };
  const codec = new PromptCodec(tokenizer, promptSettings);
  const endingFor = (use: GenerationUse): PromptCodec => {
    const { stop } = config[use].generation;
    if (stop === undefined) return codec;
    return new PromptCodec(tokenizer, { ...promptSettings, stop, stopKey: `${use}.generation.stop` });
  };
  const codecs = { rl: endingFor('rl'), eval: endingFor('eval'), labels: endingFor('labels') };
  const lengths = new PromptLengths(
    codec,
    lengthLimits(config, isLocal ? contextWindow(decoder) : decoder.maxPosition),
  );
  return { tokenizer, promptSettings, codec, codecs, lengths };
}

/** With what a use samples responses: the codec that knows their ends, and the options of the engine. */
export function samplerOf({ config, codecs }: Pick<Session, 'config' | 'codecs'>, use: GenerationUse) {
  const { stop: _ends, ...sampling } = generationOf(config, use);
  return { codec: codecs[use], sampling };
}

/** Opens model, tokenizer and verifier of a configuration; the engine waits. */
export async function openSession(
  config: Config,
  run: RunFolder,
  openEngine: OpenEngine,
  { progress, again = false }: { progress: Progress; again?: boolean },
): Promise<Session> {
  const model = await openIdentities(config);
  const prompts = await openPrompts(config);
  const verifier = await openConfiguredVerifier(config);
  let engine: PolicyEngine | undefined;
  let warned: Promise<void> = Promise.resolve();
  const onWarning = (text: string) => {
    warned = warned.then(() => warn(run, progress, { code: 'engine', where: 'engine', text }));
    warned.catch(() => {}); // thrown when the engine is released
  };
  const releaseEngine = async () => {
    const open = engine;
    engine = undefined;
    await open?.dispose();
    await warned;
  };
  return {
    config,
    run,
    progress,
    rng: Rng.fromSeed(config.seed),
    ...model,
    again,
    ...prompts,
    verifier,
    engine: () => (engine ??= openEngine(config.engine, model.modelFolder, onWarning)),
    releaseEngine,
    close: async () => {
      try {
        await releaseEngine();
      } finally {
        await verifier.dispose();
      }
    },
  };
}

/** The configured model, and what else a configuration names, by their contents. */
export async function openIdentities(
  config: Config,
): Promise<{ modelFolder: string; modelHash: string; identities: Identities }> {
  const modelFolder = modelFolderOf(config);
  const modelHash = await hashModelFolder(modelFolder);
  return { modelFolder, modelHash, identities: await identitiesOf(config, modelHash) };
}

/** The verifier that gives the rewards. */
export function openConfiguredVerifier({ reward, math: { timeoutMs, ...math } }: Config): Promise<Verifier> {
  return openVerifier(reward, reward === 'math' ? { math, timeoutMs } : {});
}

/** Folder of the configured model; `embedded` is the base model of the embedded world, which comes with the package. */
export function modelFolderOf({ model }: { model: Pick<Config['model'], 'path'> }): string {
  return model.path === 'embedded' ? fileURLToPath(new URL('../../assets/base', import.meta.url)) : model.path;
}
