/** Policies on a server that speaks the Tinker API: the base model that it serves, and adapters that are trained there. */
import { basename } from 'node:path';
import { RaRftError } from '../../core/errors.js';
import { readDecoderConfig } from '../../models/hf-config.js';
import { countParams } from '../../models/parameters.js';
import { TinkerClient, type TinkerClientOptions, type TrainingClientRequest } from '../../tinker/index.js';
import { fullCapabilities } from '../capabilities.js';
import { usedAfterDispose } from '../requests.js';
import { mustBeServed } from '../served-folder.js';
import type { Capabilities, EngineInfo, LoraSpec, OpenOptions, Policy, PolicyEngine, PolicyRef } from '../types.js';
import { parseHandle } from './handle.js';
import { afterLosses, LastingWeights } from './lasting.js';
import { measureReduction, reductions, type Reduction } from './reduction.js';
import { TinkerPolicy } from './tinker-policy.js';
import { baseWeights, freed, ModelWeights, type ServerWeights } from './weights.js';

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
  /** Training requests are filled up to a multiple of so many sequences, for servers that compile each new number. Default 1: they are not. */
  sequenceMultiple?: number;
}

/** Strength of adapters on servers: no server lets it be chosen. */
const ALPHA = 32;
const LARGEST_SEED = 2 ** 31 - 1;
const SERVE_IT = 'Serve that model, and name it as engine.model; or train it with the local engine.';

/** Nothing is sent before the first policy is opened. Throws `engine` at an address that a key must not be sent to. */
export function openTinkerEngine(options: TinkerEngineOptions): PolicyEngine {
  return new TinkerEngine(options);
}

class TinkerEngine implements PolicyEngine {
  readonly name = 'tinker';
  private readonly options: TinkerEngineOptions;
  private readonly onLoss: (message: string) => void;
  private readonly service: TinkerClient;
  private readonly policies = new Set<TinkerPolicy>();
  private info: Promise<EngineInfo> | undefined;
  private reduction: Promise<Reduction> | undefined;
  private disposed = false;

  constructor(options: TinkerEngineOptions) {
    this.options = options;
    this.onLoss = options.client.onWarning ?? (() => undefined);
    this.service = new TinkerClient(options.client);
  }

  can(): Promise<Capabilities> {
    return Promise.resolve({ ...fullCapabilities, alternatives: false, shapedLogprobs: false });
  }

  async open(ref: PolicyRef, { train, base, optimizer = false }: OpenOptions = {}): Promise<Policy> {
    if (this.disposed) throw usedAfterDispose(this.name);
    const { folder, model: baseModel, sequenceMultiple: multiple = 1 } = this.options;
    if (base !== undefined) await mustBeServed(base, folder, SERVE_IT);
    if (ref.kind === 'folder') await mustBeServed(ref.path, folder, SERVE_IT);
    const handle = ref.kind === 'remote' ? parseHandle(ref.uri) : undefined;
    const lora = train === undefined || train === 'full' ? train : serverLora(train);
    const info = await this.facts();
    const { vocabSize, maxContext } = info;
    const limits = { vocabSize, maxContextLength: maxContext };
    const reduction = lora && (await this.reductionOf({ baseModel, train: lora, ...limits }));
    const create = async (signal: AbortSignal | undefined): Promise<ServerWeights> =>
      lora
        ? new ModelWeights(
            await this.service.createTrainingClient({ baseModel, train: lora, ...limits }, { signal }),
            multiple,
          )
        : baseWeights(await this.service.createSamplingClient({ baseModel, ...limits }, { signal }));
    const weights = new LastingWeights({
      from: handle && { ...handle, optimizer: optimizer && handle.optimizer && lora !== undefined },
      make: async (from, signal) => {
        if (!from) return create(signal);
        const { path, optimizer: moments } = from;
        const request = { path, optimizer: moments, ...limits };
        return new ModelWeights(await this.service.createTrainingClientFromState(request, { signal }), multiple);
      },
      onLoss: this.onLoss,
    });
    await weights.use(async () => {});
    const policyVersion = handle?.policyVersion ?? 0;
    const onDispose = () => this.policies.delete(policy);
    const policy = new TinkerPolicy({ info, weights, policyVersion, reduction, multiple, onDispose });
    this.policies.add(policy);
    return policy;
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    await Promise.all([...this.policies].map((policy) => policy.dispose()));
    await this.service.close();
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
    const window = Math.min(config.maxPosition, maxContext ?? Infinity, served.maxContextLength ?? Infinity);
    return { name: basename(model), parameters: countParams(config), maxContext: window, vocabSize: config.vocab };
  }

  /** Measured once, on a model that is unloaded before another one needs its place. */
  private reductionOf(request: TrainingClientRequest): Promise<Reduction> {
    const { reduction = 'measure' } = this.options;
    if (reduction !== 'measure') return Promise.resolve(reductions[reduction]);
    this.reduction ??= afterLosses(
      () => this.measured(request),
      ({ message }) => this.onLoss(message),
    );
    this.reduction.catch(() => (this.reduction = undefined));
    return this.reduction;
  }

  private async measured(request: TrainingClientRequest): Promise<Reduction> {
    const scratch = await this.service.createTrainingClient(request);
    try {
      return await measureReduction(scratch, request.vocabSize!);
    } finally {
      await freed(scratch);
    }
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
