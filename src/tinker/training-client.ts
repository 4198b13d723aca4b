/** A model on the server that is trained: calls run there in the order in which they are begun here, awaited or not. */
import { checkAdam } from './checks/check-training.js';
import type { ModelLimits } from './checks/limits.js';
import { TinkerError } from './errors.js';
import { forwardPass, noProgress } from './forward-pass.js';
import { Gradient, said } from './gradient.js';
import { Model } from './model.js';
import type { CallOptions } from './options.js';
import { SamplingClient } from './sampling-client.js';
import { saveNamed } from './save.js';
import { isUntaken } from './sequence.js';
import type { Server, Submitted } from './server.js';
import type { Session } from './session.js';
import type { AdamParams, ForwardBackwardRequest, ForwardBackwardResult, OptimStepResult } from './types.js';
import { readMetrics } from './wire/json.js';
import { malformed } from './wire/malformed.js';

const repeatable = () => 'repeatable' as const;
const once = () => 'once' as const;

export class TrainingClient {
  readonly modelId: string;
  readonly baseModel: string;
  private readonly session: Session;
  private readonly model: Model;
  private readonly gradient = new Gradient();

  /** Made by `TinkerClient`. */
  constructor(parts: { server: Server; session: Session; modelId: string; baseModel: string; limits: ModelLimits }) {
    this.modelId = parts.modelId;
    this.baseModel = parts.baseModel;
    this.session = parts.session;
    this.model = new Model(parts);
  }

  /** Log-probabilities of the targets and what else the loss says; leaves weights and gradient as they are. */
  forward(request: ForwardBackwardRequest, options: CallOptions = {}): Promise<ForwardBackwardResult> {
    return forwardPass(this.model, { request, forwardOnly: true }, options);
  }

  /**
   * Adds the gradient of the loss to the accumulated one. What is too much for one request goes in several, which fail together: then
   * no step can follow, because part of it may stand in the gradient.
   */
  async forwardBackward(request: ForwardBackwardRequest, options: CallOptions = {}): Promise<ForwardBackwardResult> {
    const pass = this.gradient.begin();
    const progress = noProgress();
    const onUntaken = (error: unknown) => pass.failed(error, !progress.isSent);
    try {
      const result = await forwardPass(this.model, { request, forwardOnly: false, progress, onUntaken }, options);
      pass.done();
      return result;
    } catch (error) {
      const isWholeFailure = progress.count === 1 && error instanceof TinkerError && error.kind === 'failed';
      pass.failed(error, !progress.isSent || isWholeFailure);
      throw error;
    }
  }

  /**
   * One step of AdamW with the accumulated gradient, which is cleared. It may be begun before the passes that it is made of have
   * ended. Where one of them fails it is not sent any more, or else throws `uncertain`: the step was made without that part.
   */
  async optimStep(params: AdamParams, options: CallOptions = {}): Promise<OptimStepResult> {
    const what = `optim_step of ${this.modelId}`;
    checkAdam(what, params);
    const state = { isSent: false };
    try {
      return await this.model.server.run(what, options, (signal) => this.step(params, state, signal));
    } catch (error) {
      // Sent, and not known to be made: what stands in the gradient now is not known either.
      if (state.isSent) this.gradient.spoil(error);
      throw error;
    }
  }

  /** Saves weights and optimizer under a name, to go on from; answers the path. */
  async saveState(name: string, options: CallOptions = {}): Promise<string> {
    return saveNamed(this.model, 'save_weights', name, options);
  }

  /** Saves weights under a name, to sample from; answers the path. */
  async saveWeightsForSampler(name: string, options: CallOptions = {}): Promise<string> {
    return saveNamed(this.model, 'save_weights_for_sampler', name, options);
  }

  /** The weights as they are now, to sample from, without a name. */
  async saveWeightsAndGetSamplingClient(options: CallOptions = {}): Promise<SamplingClient> {
    const what = `save_weights_for_sampler of ${this.modelId}`;
    return this.model.server.run(what, options, async (signal) => {
      const body = { sampling_session_seq_id: this.session.nextSampler(), type: 'save_weights_for_sampler' };
      const call = { path: '/save_weights_for_sampler', body, effect: repeatable };
      const submitted = await this.model.numbered(what, call, signal);
      const result = await this.model.server.resultObject(submitted, 'SaveWeightsForSampler', signal);
      const id = result['sampling_session_id'];
      if (typeof id !== 'string') throw malformed('result of a save for sampling', JSON.stringify(result));
      return new SamplingClient({ server: this.model.server, id, limits: this.model.limits });
    });
  }

  /**
   * Takes saved weights and, where `optimizer` says so, the moments that belong to them. Servers allow it as the first call of a model
   * only; see `TinkerClient.createTrainingClientFromState`.
   */
  async loadState({ path, optimizer }: { path: string; optimizer: boolean }, options: CallOptions = {}): Promise<void> {
    const what = `load_weights of ${this.modelId}`;
    await this.model.server.run(what, options, async (signal) => {
      const call = { path: '/load_weights', body: { path, optimizer, type: 'load_weights' }, effect: once };
      const submitted = await this.model.numbered(what, call, signal);
      await this.model.server.result(submitted, 'LoadWeights', signal);
    });
  }

  /** Frees the model on the server; samplers of it may go with it. */
  async unload(options: CallOptions = {}): Promise<void> {
    const what = `unload_model of ${this.modelId}`;
    await this.model.server.run(what, options, async (signal) => {
      // What was begun before it comes first. A model whose state is not known is freed like any other.
      const body = { model_id: this.modelId, type: 'unload_model' };
      const call = { path: '/unload_model', body, effect: 'repeatable' as const };
      const submitted = await this.model.sequence.atEnd(signal, () =>
        this.model.server.toTheEnd(what, (inner) => this.model.server.submit(call, inner)),
      );
      await this.model.server.result(submitted, 'UnloadModel', signal);
    });
  }

  private async step(params: AdamParams, state: { isSent: boolean }, signal: AbortSignal): Promise<OptimStepResult> {
    const passes = this.gradient.take(); // at once: what is begun after this call belongs to the next step
    const what = `optim_step of ${this.modelId}`;
    const effect = () => (this.model.server.wire.takesRepeats ? 'repeatable' : 'once');
    let submitted: Submitted;
    try {
      const body = { adam_params: wireParams(params), type: 'optim_step' };
      submitted = await this.model.numbered(what, { path: '/optim_step', body, effect }, signal, () => {
        const cause = passes.failureSoFar();
        if (cause !== undefined) throw notMade(cause);
        state.isSent = true;
      });
    } catch (error) {
      passes.giveBack();
      if (isUntaken(error)) state.isSent = false;
      throw error;
    }
    const { metrics } = await this.model.server.resultObject(submitted, 'OptimStep', signal);
    const cause = await passes.failure();
    if (cause !== undefined) throw this.incompleteStep(cause);
    return { metrics: readMetrics(metrics) };
  }

  private incompleteStep(cause: unknown): TinkerError {
    const error = new TinkerError({
      kind: 'uncertain',
      message: `the step was made without a forwardBackward that failed: ${said(cause)}`,
      hint: 'Make the model again from the last checkpoint.',
      cause,
    });
    this.model.sequence.break(error);
    return error;
  }
}

function wireParams({ learningRate, beta1, beta2, eps, weightDecay, gradClipNorm }: AdamParams): object {
  return {
    learning_rate: learningRate,
    beta1,
    beta2,
    eps,
    weight_decay: weightDecay,
    grad_clip_norm: gradClipNorm,
  };
}

function notMade(cause: unknown): TinkerError {
  const message = `the step was not made, because a forwardBackward before it failed: ${said(cause)}`;
  return new TinkerError({ kind: 'refused', message, cause });
}
