/** The local engine in the thread of its caller. `openLocalEngine` runs it in a worker, which is what most callers want. */
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { isAdapterFolder, readAdapter } from '../../models/adapter/index.js';
import type { DecoderConfig } from '../../models/hf-config.js';
import type { Params } from '../../models/parameters.js';
import type { AdamWState } from '../../optim/adamw.js';
import { fullCapabilities } from '../capabilities.js';
import { localFolder, usedAfterDispose } from '../requests.js';
import type { Capabilities, OpenOptions, PolicyEngine, PolicyRef } from '../types.js';
import { BaseModels, type BaseModel } from './base-models.js';
import { readEngineFile } from './checkpoint.js';
import { LocalPolicy, type LocalPolicyParts } from './local-policy.js';
import { Programs } from './programs.js';
import type { SamplerLimits } from './sampler.js';
import { momentsOf, namedBase, weightsOf } from './weights.js';

export interface LocalEngineOptions {
  /** Threads of each session; default: as many as there are cores. */
  threads?: number;
  /** Longest prompt plus response; default and limit: the model's own window. */
  maxContext?: number;
  /** Bytes of activations that one micro-batch may keep, default 4 GB. Results depend on it by rounding only. */
  activationBytes?: number;
  /** Rows (tokens) of one micro-batch; default by the model's width: larger ones are slower, because they leave the processor's caches. */
  batchRows?: number;
  /** Batches of sampling; defaults: 256 rows, 2 GB of caches, 4,096 prompt tokens a run. */
  sampler?: Partial<SamplerLimits>;
}

const SAMPLER_LIMITS: SamplerLimits = { maxRows: 256, cacheBytes: 2e9, prefillTokens: 4096, freezeFrom: 3e8 };
const ACTIVATION_BYTES = 4e9;
/** Rows of a run times the model's width: what keeps a run's intermediate results in the processor's caches. */
const BATCH_WIDTH = 600_000;
/** Windows beyond this cost memory for rotary tables and are rarely meant. */
const DEFAULT_MAX_CONTEXT = 8192;

/** Longest prompt plus response that the engine takes of a model. */
export function contextWindow(config: DecoderConfig, maxContext = DEFAULT_MAX_CONTEXT): number {
  return Math.min(config.maxPosition, maxContext);
}

export class LocalEngine implements PolicyEngine {
  readonly name = 'local';
  private readonly options: LocalEngineOptions;
  private readonly programs: Programs;
  private readonly bases = new BaseModels();
  private readonly policies = new Set<LocalPolicy>();
  private disposed = false;

  constructor(options: LocalEngineOptions = {}) {
    this.options = options;
    this.programs = new Programs(options.threads ?? availableParallelism());
  }

  can(): Promise<Capabilities> {
    return Promise.resolve(fullCapabilities);
  }

  /** Opens a Hugging Face folder, an adapter of one, or a checkpoint of this engine. */
  async open(ref: PolicyRef, options: OpenOptions = {}): Promise<LocalPolicy> {
    if (this.disposed) throw usedAfterDispose(this.name);
    const folder = localFolder(ref, this.name);
    const engineFile = await readEngineFile(folder);
    const isAdapter = await isAdapterFolder(folder);
    const baseFolder = isAdapter ? (options.base ?? (await namedBase(folder))) : folder;
    const { model, release } = await this.bases.hold(baseFolder);
    const freePrograms = this.programs.hold();
    try {
      const adapter = isAdapter ? await readAdapter(folder, model.config) : undefined;
      const weights = await weightsOf(model, adapter, options.train, { baseFolder, programs: this.programs });
      const { config, tokenizer } = model; // not its weights, which a training of all of them leaves to others
      const { policyVersion } = engineFile;
      const facts = { name: basename(folder), config, tokenizer, weights, policyVersion };
      const moments = options.optimizer === true ? await momentsOf(folder, weights, engineFile) : undefined;
      // A training of all weights has a copy of them.
      if (options.train === 'full') release();
      return this.make({ ...facts, freePrograms, onRelease: release }, moments);
    } catch (error) {
      release();
      await freePrograms();
      throw error;
    }
  }

  /** A policy on parameters already in memory, which stay as they are. An adapter of it names `name` as its base. */
  async adopt(
    name: string,
    config: DecoderConfig,
    params: Params,
    { train }: Pick<OpenOptions, 'train'> = {},
  ): Promise<LocalPolicy> {
    const model = { config, params, tokenizer: new Map() };
    const freePrograms = this.programs.hold();
    try {
      const weights = await weightsOf(model, undefined, train, { baseFolder: name, programs: this.programs });
      return this.make({ name, config, weights, policyVersion: 0, tokenizer: model.tokenizer, freePrograms });
    } catch (error) {
      await freePrograms();
      throw error;
    }
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    for (const policy of this.policies) await policy.dispose();
    await this.programs.dispose();
  }

  private make({ onRelease, freePrograms, ...own }: PolicyFacts, moments?: AdamWState): LocalPolicy {
    const { sampler, activationBytes, batchRows, maxContext } = this.options;
    const { config } = own;
    const parts: LocalPolicyParts = {
      ...own,
      maxContext: contextWindow(config, maxContext),
      programs: this.programs,
      limits: {
        sampler: { ...SAMPLER_LIMITS, ...sampler },
        batch: {
          bytes: activationBytes ?? ACTIVATION_BYTES,
          rows: batchRows ?? Math.min(4096, Math.max(768, Math.round(BATCH_WIDTH / config.hidden))),
        },
      },
      onDispose: async () => {
        this.policies.delete(policy);
        onRelease?.();
        await freePrograms();
      },
    };
    const policy = new LocalPolicy(parts, moments);
    this.policies.add(policy);
    return policy;
  }
}

type PolicyFacts = Pick<LocalPolicyParts, 'name' | 'weights' | 'policyVersion'> &
  Omit<BaseModel, 'params'> & { onRelease?: () => void; freePrograms: () => Promise<void> };
