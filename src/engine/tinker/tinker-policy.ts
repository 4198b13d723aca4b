/** A policy whose weights are on a server: calls are made one at a time, in order, as the local engine makes them. */
import { allOrNone } from '../../core/stops.js';
import type { Report } from '../../core/worker-rpc.js';
import type { TrainingClient } from '../../tinker/index.js';
import {
  checkSampleRequests,
  checkScoreGroups,
  checkTrainGroups,
  notTrained,
  usedAfterDispose,
  withoutAlternatives,
} from '../requests.js';
import { checkSamples, checkScores, checkTrained } from '../results.js';
import type {
  Alternatives,
  EngineInfo,
  ForwardBackwardResult,
  OnGroup,
  OptimStepOptions,
  OptimStepResult,
  Policy,
  PolicyRef,
  SampleOptions,
  SampleRequest,
  SampleResult,
  ScoreGroup,
  TrainGroup,
} from '../types.js';
import { inGroups } from './datums.js';
import { handleUri } from './handle.js';
import type { LastingWeights } from './lasting.js';
import { sampleGroups } from './sampling.js';
import { ServerTraining } from './training.js';
import { ModelWeights, type ServerWeights } from './weights.js';
import type { Reduction } from './reduction.js';

export interface TinkerPolicyParts {
  info: EngineInfo;
  /** The base model, or a model of its own. */
  weights: LastingWeights;
  policyVersion: number;
  /** Of the server; undefined where the policy only samples and scores. */
  reduction?: Reduction | undefined;
  /** Of so many sequences are training requests. */
  multiple: number;
  onDispose: () => void;
}

export class TinkerPolicy implements Policy {
  readonly info: EngineInfo;
  private readonly weights: LastingWeights;
  private readonly training: ServerTraining | undefined;
  private readonly onDispose: () => void;
  private readonly ended = new AbortController();
  private policyVersion: number;
  /** Why the weights cannot be used any more. */
  private lost: { error: unknown } | undefined;
  private last: Promise<unknown> = Promise.resolve();
  private saves = 0;

  constructor({ info, weights, policyVersion, reduction, multiple, onDispose }: TinkerPolicyParts) {
    this.info = info;
    this.weights = weights;
    this.policyVersion = policyVersion;
    this.onDispose = onDispose;
    if (reduction) this.training = new ServerTraining(reduction, multiple);
  }

  sample(
    requests: readonly SampleRequest[],
    options: SampleOptions,
    report?: Report,
    onGroup?: OnGroup,
  ): Promise<SampleResult> {
    return this.inTurn(async (signal) => {
      checkSampleRequests(this.info, requests, options);
      const wanted = requests.some(({ n }) => n > 0);
      const plan = { requests, options, vocabSize: this.info.vocabSize, report, onGroup };
      const samples_NG = wanted
        ? await this.whole(signal, async (weights, inner) =>
            sampleGroups(await weights.sampler(inner), { ...plan, signal: inner }),
          )
        : requests.map(() => []);
      const result = { policyVersion: this.policyVersion, samples_NG };
      checkSamples(requests, result);
      return result;
    });
  }

  logprobs(groups: readonly ScoreGroup[]): Promise<Float32Array[][]> {
    return this.inTurn(async (signal) => {
      checkScoreGroups(this.info, groups);
      const pairs = groups.flatMap(({ prompt, responses }) =>
        responses.flatMap((response) => (response.length === 0 ? [] : [{ prompt, response }])),
      );
      const scores = await this.whole(signal, (weights, inner) => weights.score(pairs, inner));
      const scores_NGT = inGroups(groups, scores);
      checkScores(groups, scores_NGT);
      return scores_NGT;
    });
  }

  async alternatives(): Promise<Alternatives[][]> {
    throw withoutAlternatives(this.info, 'a Tinker server scores and trains');
  }

  forwardBackward(groups: readonly TrainGroup[]): Promise<ForwardBackwardResult> {
    return this.inTurn(async (signal) => {
      const training = this.mustBeTrained();
      checkTrainGroups(this.info, groups);
      if (groups.some(({ responses }) => responses.some(({ alternatives }) => alternatives)))
        throw withoutAlternatives(this.info, 'a Tinker server scores and trains');
      const learn = (weights: ServerWeights) => training.learn(this.modelOf(weights), groups, signal);
      const result = await this.weights.use(learn, signal);
      checkTrained(groups, result);
      return result;
    });
  }

  optimStep(options: OptimStepOptions): Promise<OptimStepResult> {
    return this.inTurn(async (signal) => {
      const training = this.mustBeTrained();
      training.check(options);
      try {
        const gradNorm = await this.weights.use((weights) => {
          const model = this.modelOf(weights);
          weights.changed();
          return training.step(model, options, signal);
        }, signal);
        this.weights.stepped();
        return { gradNorm, policyVersion: ++this.policyVersion };
      } catch (error) {
        // It may have been made or not, or have left no numbers: nothing can be built on it.
        this.lost = { error };
        throw error;
      }
    });
  }

  checkpoint(_folder: string, { optimizer } = { optimizer: true }): Promise<PolicyRef> {
    return this.inTurn(async (signal) => {
      const { policyVersion } = this;
      const name = `step-${policyVersion}-${this.saves++}`;
      const path = await this.weights.use((weights) => this.modelOf(weights).saveState(name, { signal }), signal);
      const saved = { path, policyVersion, optimizer: this.training !== undefined };
      this.weights.saved(saved);
      return { kind: 'remote', uri: handleUri({ ...saved, optimizer: optimizer && saved.optimizer }) };
    });
  }

  async dispose(): Promise<void> {
    if (this.ended.signal.aborted) return;
    this.ended.abort(usedAfterDispose(this.info.name));
    this.onDispose();
    await this.last.catch(() => {});
    await this.weights.dispose();
  }

  private mustBeTrained(): ServerTraining {
    if (!this.training) throw notTrained(this.info);
    return this.training;
  }

  private modelOf(weights: ServerWeights): TrainingClient {
    if (weights instanceof ModelWeights) return weights.client;
    throw notTrained(this.info);
  }

  /** Works with the weights; what is still under way is ended when a part of it fails. */
  private whole<T>(signal: AbortSignal, work: (weights: ServerWeights, signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.weights.use((weights) => allOrNone(signal, (inner) => work(weights, inner)), signal);
  }

  private async inTurn<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { signal } = this.ended;
    signal.throwIfAborted();
    const before = this.last;
    const own = before.then(async () => {
      signal.throwIfAborted();
      if (this.lost) throw this.lost.error;
      return call(signal);
    });
    this.last = own.catch(() => {});
    return own;
  }
}
