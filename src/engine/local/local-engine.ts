/** The local engine in the thread of its caller. `openLocalEngine` runs it in a worker, which is what most callers want. */
import { basename, join } from 'node:path';
import { RaRftError } from '../../core/errors.js';
import type { Report } from '../../core/worker-rpc.js';
import { loadParams } from '../../models/checkpoint.js';
import { readDecoderConfig, type DecoderConfig } from '../../models/hf-config.js';
import { countParams, type Params } from '../../models/parameters.js';
import { AdamW } from '../adamw.js';
import { checkSampleRequests, checkScoreGroups, checkTrainGroups } from '../requests.js';
import { checkSamples, checkScores, checkTrained } from '../results.js';
import type { Trainable } from '../trainables.js';
import type {
  EngineInfo,
  ForwardBackwardResult,
  OptimStepOptions,
  OptimStepResult,
  Policy,
  SampleOptions,
  SampleRequest,
  SampleResult,
  ScoreGroup,
  TrainGroup,
} from '../types.js';
import { readEngineFile, readOptimizer, saveEngine } from './checkpoint.js';
import type { BatchLimits } from './micro-batches.js';
import { ModelState } from './model-state.js';
import { sampleAll, type SamplerLimits } from './sampler.js';
import { accumulateGradients, scoreGroups } from './trainer.js';

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
  /** Folder whose tokenizer files are copied into checkpoints. */
  tokenizerFrom?: string;
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

export class LocalEngine implements Policy {
  readonly info: EngineInfo;
  private readonly state: ModelState;
  private readonly options: LocalEngineOptions;
  private readonly samplerLimits: SamplerLimits;
  private readonly batchLimits: BatchLimits;
  /** Made at the first training call: a model that only samples and scores needs no gradients. */
  private training: { trainables: Trainable[]; optimizer: AdamW } | undefined;
  private policyVersion = 0;
  private disposed = false;

  /** An engine on parameters already in memory, which it takes over. */
  constructor(name: string, config: DecoderConfig, params: Params, options: LocalEngineOptions = {}) {
    const maxContext = contextWindow(config, options.maxContext);
    this.info = { name, parameters: countParams(config), maxContext, vocabSize: config.vocab };
    this.state = new ModelState(config, params, { maxContext, threads: options.threads });
    this.options = options;
    this.samplerLimits = { ...SAMPLER_LIMITS, ...options.sampler };
    this.batchLimits = {
      bytes: options.activationBytes ?? ACTIVATION_BYTES,
      rows: options.batchRows ?? Math.min(4096, Math.max(768, Math.round(BATCH_WIDTH / config.hidden))),
    };
  }

  /** Opens a Hugging Face folder, or a checkpoint of this engine with optimizer and version. */
  static async open(folder: string, options: LocalEngineOptions = {}): Promise<LocalEngine> {
    const config = await readDecoderConfig(folder);
    const params = await loadParams(folder, config);
    const engine = new LocalEngine(basename(folder), config, params, { tokenizerFrom: folder, ...options });
    await engine.restore(folder, true);
    return engine;
  }

  async sample(requests: readonly SampleRequest[], options: SampleOptions, report?: Report): Promise<SampleResult> {
    this.mustBeUsable();
    checkSampleRequests(this.info, requests, options);
    const total = requests.reduce((n, r) => n + r.n, 0);
    const onDone = (ended: number) => report?.(ended, total);
    const samples_NG = await sampleAll(this.state, requests, options, this.samplerLimits, onDone);
    const result = { policyVersion: this.policyVersion, samples_NG };
    checkSamples(requests, result);
    return result;
  }

  async logprobs(groups: readonly ScoreGroup[], report?: Report): Promise<Float32Array[][]> {
    this.mustBeUsable();
    checkScoreGroups(this.info, groups);
    const scores_NGT = await scoreGroups(this.state, groups, this.batchLimits, report);
    checkScores(groups, scores_NGT);
    return scores_NGT;
  }

  async forwardBackward(groups: readonly TrainGroup[], report?: Report): Promise<ForwardBackwardResult> {
    this.mustBeUsable();
    checkTrainGroups(this.info, groups);
    const { trainables } = this.forTraining();
    const result = await accumulateGradients(this.state, trainables, groups, this.batchLimits, report);
    checkTrained(groups, result);
    return result;
  }

  async optimStep(options: OptimStepOptions): Promise<OptimStepResult> {
    this.mustBeUsable();
    const gradNorm = this.forTraining().optimizer.step(options);
    await this.state.weightsChanged();
    return { gradNorm, policyVersion: ++this.policyVersion };
  }

  async save(folder: string, { optimizer } = { optimizer: true }): Promise<void> {
    this.mustBeUsable();
    const { config, params } = this.state;
    await saveEngine(folder, {
      config,
      params,
      policyVersion: this.policyVersion,
      ...(optimizer && this.training ? { optimizer: this.training.optimizer.getState() } : {}),
      ...(this.options.tokenizerFrom === undefined ? {} : { tokenizerFrom: this.options.tokenizerFrom }),
    });
  }

  async load(folder: string, { optimizer } = { optimizer: true }): Promise<void> {
    this.mustBeAlive();
    const config = await readDecoderConfig(folder);
    const own = this.state.config;
    for (const key of ['hidden', 'layers', 'heads', 'kvHeads', 'headDim', 'ffn', 'vocab', 'architecture'] as const) {
      if (config[key] === own[key]) continue;
      throw new RaRftError({
        code: 'model',
        message: `${folder} holds another model: ${key} is ${config[key]}`,
        where: join(folder, 'config.json'),
        expected: `${key} ${own[key]}, as in ${this.info.name}`,
        hint: 'Open the folder as an engine of its own.',
      });
    }
    const params = await loadParams(folder, own);
    await this.restore(folder, optimizer, () => {
      for (const [name, values] of params) this.state.params.get(name)!.set(values);
    });
  }

  async dispose(): Promise<void> {
    if (this.disposed) return;
    this.disposed = true;
    await this.state.dispose();
  }

  /** Takes over version and, where asked for, optimizer of a checkpoint; `apply` runs once everything has been read. */
  private async restore(folder: string, optimizer: boolean, apply: () => void = () => {}): Promise<void> {
    const { policyVersion, optimizerStep } = await readEngineFile(folder);
    const saved =
      optimizer && optimizerStep !== undefined
        ? await readOptimizer(folder, this.state.params, optimizerStep)
        : undefined;
    apply();
    await this.state.weightsChanged();
    this.policyVersion = policyVersion;
    if (this.training) {
      for (const { grad } of this.training.trainables) grad.fill(0);
      this.training.optimizer.reset();
    }
    if (saved) this.forTraining().optimizer.setState(saved);
  }

  private forTraining(): { trainables: Trainable[]; optimizer: AdamW } {
    if (!this.training) {
      const trainables = this.state.prepareTraining();
      this.training = { trainables, optimizer: new AdamW(trainables) };
    }
    return this.training;
  }

  /** After an update that ran away only `load` and `dispose` are left. */
  private mustBeUsable(): void {
    this.mustBeAlive();
    const failure = this.training?.optimizer.failure;
    if (failure) throw failure;
  }

  private mustBeAlive(): void {
    if (!this.disposed) return;
    throw new RaRftError({ code: 'engine', message: 'the engine was used after dispose', where: this.info.name });
  }
}
