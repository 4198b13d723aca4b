/** A policy of the local engine: sampling, scoring and training of one model by compiled graphs. */
import { countParams } from '../../models/parameters.js';
import type { Report } from '../../core/worker-rpc.js';
import { writeTokenizerFiles, type TokenizerBytes } from '../../models/checkpoint.js';
import type { DecoderConfig } from '../../models/hf-config.js';
import { AdamW, type AdamWState } from '../../optim/adamw.js';
import {
  checkAlternatives,
  checkSampleRequests,
  checkScoreGroups,
  checkTrainGroups,
  notTrained,
  usedAfterDispose,
} from '../requests.js';
import { checkAlternativeScores, checkSamples, checkScores, checkTrained } from '../results.js';
import type {
  Alternatives,
  EngineInfo,
  ForwardBackwardResult,
  OptimStepOptions,
  OptimStepResult,
  Policy,
  PolicyRef,
  SampleOptions,
  SampleRequest,
  SampleResult,
  ScoreGroup,
  TrainGroup,
  WhichAlternatives,
} from '../types.js';
import { scoreAlternatives } from './alternatives.js';
import { saveEngine, writeModel } from './checkpoint.js';
import type { BatchLimits } from './micro-batches.js';
import { ModelState } from './model-state.js';
import type { Programs } from './programs.js';
import { sampleAll, type SamplerLimits } from './sampler.js';
import { accumulateGradients, scoreGroups } from './trainer.js';
import type { Training } from './training.js';

/** What a policy is made of; the engine reads it from a folder. */
export interface LocalPolicyParts {
  name: string;
  config: DecoderConfig;
  /** Parameters of a policy that is not trained, or what is trained of it. */
  weights: ReadonlyMap<string, Float32Array> | Training;
  policyVersion: number;
  tokenizer: TokenizerBytes;
  /** Longest prompt plus response. */
  maxContext: number;
  programs: Programs;
  limits: { sampler: SamplerLimits; batch: BatchLimits };
  /** Called once at the end. */
  onDispose: () => Promise<void>;
}

export class LocalPolicy implements Policy {
  readonly info: EngineInfo;
  private readonly parts: LocalPolicyParts;
  private readonly params: ReadonlyMap<string, Float32Array>;
  private readonly state: ModelState;
  private readonly training: { of: Training; optimizer: AdamW } | undefined;
  private policyVersion: number;
  private disposed = false;
  /** Why the weights cannot be used any more. */
  private lost: Error | undefined;

  /** `moments`: state of an optimizer to go on with. */
  constructor(parts: LocalPolicyParts, moments?: AdamWState) {
    const { name, config, maxContext, programs, weights } = parts;
    this.info = { name, parameters: countParams(config), maxContext, vocabSize: config.vocab };
    this.parts = parts;
    this.params = 'trainables' in weights ? weights.params : weights;
    this.state = new ModelState(config, this.params, { maxContext, programs });
    if ('trainables' in weights) this.training = { of: weights, optimizer: new AdamW(weights.trainables) };
    if (moments) this.training?.optimizer.setState(moments);
    this.policyVersion = parts.policyVersion;
  }

  async sample(requests: readonly SampleRequest[], options: SampleOptions, report?: Report): Promise<SampleResult> {
    this.mustBeUsable();
    checkSampleRequests(this.info, requests, options);
    const total = requests.reduce((n, r) => n + r.n, 0);
    const watch = { ended: (responses: number) => report?.(responses, total) };
    const samples_NG = await sampleAll(this.state, requests, options, this.parts.limits.sampler, watch);
    const result = { policyVersion: this.policyVersion, samples_NG };
    checkSamples(requests, result);
    return result;
  }

  async logprobs(groups: readonly ScoreGroup[], report?: Report): Promise<Float32Array[][]> {
    this.mustBeUsable();
    checkScoreGroups(this.info, groups);
    const scores_NGT = await scoreGroups(this.state, groups, this.parts.limits.batch, report);
    checkScores(groups, scores_NGT);
    return scores_NGT;
  }

  async alternatives(
    groups: readonly ScoreGroup[],
    which: WhichAlternatives,
    report?: Report,
  ): Promise<Alternatives[][]> {
    this.mustBeUsable();
    checkAlternatives(this.info, groups, which);
    const scores_NG = await scoreAlternatives(this.state, groups, which, this.parts.limits.batch, report);
    checkAlternativeScores(groups, scores_NG);
    return scores_NG;
  }

  async forwardBackward(groups: readonly TrainGroup[], report?: Report): Promise<ForwardBackwardResult> {
    const training = this.mustBeTrained();
    checkTrainGroups(this.info, groups);
    const { batch } = this.parts.limits;
    const result = await accumulateGradients(this.state, training.of, groups, batch, report);
    checkTrained(groups, result);
    return result;
  }

  async optimStep(options: OptimStepOptions): Promise<OptimStepResult> {
    const { of, optimizer } = this.mustBeTrained();
    const gradNorm = optimizer.step(options);
    await this.state.weightsChanged();
    await of.moved().catch((error: Error) => {
      this.lost = error;
      throw error;
    });
    return { gradNorm, policyVersion: ++this.policyVersion };
  }

  async checkpoint(folder: string, { optimizer } = { optimizer: true }): Promise<PolicyRef> {
    this.mustBeUsable();
    const { config, tokenizer } = this.parts;
    const { training, policyVersion } = this;
    await saveEngine(folder, {
      write: async (temporary) => {
        if (training) await training.of.write(temporary);
        else await writeModel(temporary, config, this.params);
        await writeTokenizerFiles(temporary, tokenizer);
      },
      policyVersion,
      ...(optimizer && training && { optimizer: training.optimizer.getState() }),
    });
    return { kind: 'folder', path: folder };
  }

  async dispose(): Promise<void> {
    if (this.disposed) return;
    this.disposed = true;
    await this.state.weightsChanged();
    await this.parts.onDispose();
  }

  private mustBeTrained(): { of: Training; optimizer: AdamW } {
    this.mustBeUsable();
    if (!this.training) throw notTrained(this.info);
    return this.training;
  }

  /** After an update that ran away only `dispose` is left. */
  private mustBeUsable(): void {
    if (this.disposed) throw usedAfterDispose(this.info.name);
    const failure = this.training?.optimizer.failure ?? this.lost;
    if (failure) throw failure;
  }
}
