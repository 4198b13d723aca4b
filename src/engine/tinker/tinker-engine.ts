/** Policies on a server that speaks the Tinker API: the base model that it serves, and adapters that are trained there. */
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { RaRftError } from '../../core/errors.js';
import { ignoreMissing } from '../../core/missing.js';
import { readDecoderConfig } from '../../models/hf-config.js';
import { countParams } from '../../models/parameters.js';
import { TinkerClient, type TinkerClientOptions, type TrainingClientRequest } from '../../tinker/index.js';
import { usedAfterDispose } from '../requests.js';
import type { EngineInfo, LoraSpec, OpenOptions, Policy, PolicyEngine, PolicyRef } from '../types.js';
import { parseHandle } from './handle.js';
import { measureReduction, reductions, type Reduction } from './reduction.js';
import { TinkerPolicy, type TinkerPolicyParts } from './tinker-policy.js';
import { baseWeights, ModelWeights } from './weights.js';

export interface TinkerEngineOptions {
  client: TinkerClientOptions;
  /** The base model as the server names it. */
  model: string;
  /** Folder of the same model on this machine, of which the sizes are read; the one reference of a folder that can be opened. */
  folder: string;
  /** Longest prompt plus response; default and limit: the model's own window. */
  maxContext?: number;
  /** What the server divides a loss by: sum (nothing), mean (as JAX does). Default: measured when the first policy is trained. */
  reduction?: keyof typeof reductions | 'measure';
}

/** Strength of adapters on servers: no server lets it be chosen. */
const ALPHA = 32;
const LARGEST_SEED = 2 ** 31 - 1;

/** Nothing is sent before the first policy is opened. Throws `engine` at an address that a key must not be sent to. */
export function openTinkerEngine(options: TinkerEngineOptions): PolicyEngine {
  return new TinkerEngine(options);
}

class TinkerEngine implements PolicyEngine {
  readonly name = 'tinker';
  readonly can = { alternatives: false, shapedLogprobs: false };
  private readonly options: TinkerEngineOptions;
  private readonly service: TinkerClient;
  private readonly policies = new Set<TinkerPolicy>();
  private info: Promise<EngineInfo> | undefined;
  private reduction: Promise<Reduction> | undefined;
  private disposed = false;

  constructor(options: TinkerEngineOptions) {
    this.options = options;
    this.service = new TinkerClient(options.client);
  }

  async open(ref: PolicyRef, { train, base, optimizer = false }: OpenOptions = {}): Promise<Policy> {
    if (this.disposed) throw usedAfterDispose(this.name);
    if (base !== undefined) await this.mustBeOurs(base);
    if (ref.kind === 'folder') await this.mustBeOurs(ref.path);
    const handle = ref.kind === 'remote' ? parseHandle(ref.uri) : undefined;
    const lora = train === undefined || train === 'full' ? train : serverLora(train);
    const info = await this.facts();
    const { vocabSize, maxContext } = info;
    const limits = { vocabSize, maxContextLength: maxContext };
    const { model: baseModel } = this.options;
    const reduction = lora && (await this.reductionOf({ baseModel, train: lora, ...limits }));
    if (handle) {
      const request = { path: handle.path, optimizer: optimizer && handle.optimizer && lora !== undefined, ...limits };
      const client = await this.service.createTrainingClientFromState(request);
      const { policyVersion } = handle;
      return this.made({ info, weights: new ModelWeights(client), policyVersion, reduction });
    }
    const weights = lora
      ? new ModelWeights(await this.service.createTrainingClient({ baseModel, train: lora, ...limits }))
      : baseWeights(await this.service.createSamplingClient({ baseModel, ...limits }));
    return this.made({ info, weights, policyVersion: 0, reduction });
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    await Promise.all([...this.policies].map((policy) => policy.dispose()));
    await this.service.close();
  }

  private made(parts: Omit<TinkerPolicyParts, 'onDispose'>): Policy {
    const policy = new TinkerPolicy({ ...parts, onDispose: () => this.policies.delete(policy) });
    this.policies.add(policy);
    return policy;
  }

  private facts(): Promise<EngineInfo> {
    this.info ??= this.readFacts();
    this.info.catch(() => (this.info = undefined));
    return this.info;
  }

  private async readFacts(): Promise<EngineInfo> {
    const { folder, model, maxContext = Infinity } = this.options;
    const config = await readDecoderConfig(folder);
    const { supportedModels } = await this.service.capabilities();
    const served = supportedModels.find(({ modelName }) => modelName === model);
    if (!served) {
      throw new RaRftError({
        code: 'engine',
        message: `the server does not serve ${model}`,
        where: 'engine.model',
        expected: supportedModels.map(({ modelName }) => modelName).join(', '),
      });
    }
    const window = Math.min(config.maxPosition, maxContext, served.maxContextLength ?? Infinity);
    return { name: basename(model), parameters: countParams(config), maxContext: window, vocabSize: config.vocab };
  }

  /** Measured once, on a model that is unloaded before another one needs its place. */
  private reductionOf(request: TrainingClientRequest): Promise<Reduction> {
    const { reduction = 'measure' } = this.options;
    if (reduction !== 'measure') return Promise.resolve(reductions[reduction]);
    this.reduction ??= this.measured(request);
    this.reduction.catch(() => (this.reduction = undefined));
    return this.reduction;
  }

  private async measured(request: TrainingClientRequest): Promise<Reduction> {
    const scratch = await this.service.createTrainingClient(request);
    try {
      return await measureReduction(scratch, request.vocabSize!);
    } finally {
      await scratch.unload();
    }
  }

  /** The server has weights of its own: of folders, that of its base model alone can be opened. */
  private async mustBeOurs(folder: string): Promise<void> {
    if (!(await stat(folder).catch(ignoreMissing)))
      throw new RaRftError({ code: 'model', message: `there is no model folder ${folder}`, where: folder });
    if (resolve(folder) === resolve(this.options.folder)) return;
    throw new RaRftError({
      code: 'engine',
      message: `the weights in ${folder} are on this machine, not on the server`,
      where: folder,
      expected: `${this.options.folder}, the folder of the server's base model, or a checkpoint of this engine`,
      hint: 'Serve that model, and name it as engine.model; or train it with the local engine.',
    });
  }
}

/** The adapter as servers know it. Throws `engine` where they would train another one. */
function serverLora({
  rank,
  alpha,
  rsLora,
  targets,
  seed = 0,
}: LoraSpec): Exclude<TrainingClientRequest['train'], 'full'> {
  const wrong = (key: string, value: unknown, expected: string) =>
    new RaRftError({
      code: 'engine',
      message: `lora.${key} is ${String(value)}, which a Tinker server does not know`,
      where: `lora.${key}`,
      expected,
    });
  if (alpha !== ALPHA) throw wrong('alpha', alpha, `${ALPHA}, as servers have it`);
  if (rsLora) throw wrong('rsLora', rsLora, 'false');
  if (targets !== 'all-linear') throw wrong('targets', targets.join(', '), 'all-linear');
  return { rank, seed: Math.abs(seed) % LARGEST_SEED, trainUnembed: false };
}
