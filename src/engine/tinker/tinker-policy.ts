/** A policy whose weights are on a server: calls are made one at a time, in order, as the local engine makes them. */
import { allOrNone } from '../../core/stops.js';
import type { Report } from '../../core/worker-rpc.js';
import { TinkerError } from '../../tinker/index.js';
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
import { sampleGroups } from './sampling.js';
import { ServerTraining } from './training.js';
import { ModelWeights, type ServerWeights } from './weights.js';
import type { Reduction } from './reduction.js';

export interface TinkerPolicyParts {
  info: EngineInfo;
  /** The base model, or a model of its own. */
  weights: ServerWeights;
  policyVersion: number;
  /** Of the server; undefined where the policy only samples and scores. */
  reduction?: Reduction | undefined;
  onDispose: () => void;
}

export class TinkerPolicy implements Policy {
  readonly info: EngineInfo;
  private readonly weights: ServerWeights;
  private readonly training: ServerTraining | undefined;
  private readonly onDispose: () => void;
  private readonly ended = new AbortController();
  private policyVersion: number;
  /** Why the weights cannot be used any more. */
  private lost: { error: unknown } | undefined;
  private last: Promise<unknown> = Promise.resolve();
  private saves = 0;

  constructor({ info, weights, policyVersion, reduction, onDispose }: TinkerPolicyParts) {
    this.info = info;
    this.weights = weights;
    this.policyVersion = policyVersion;
    this.onDispose = onDispose;
    if (reduction && weights instanceof ModelWeights) this.training = new ServerTraining(weights.client, reduction);
  }

  sample(requests: readonly SampleRequest[], options: SampleOptions, report?: Report): Promise<SampleResult> {
    return this.inTurn(async (signal) => {
      checkSampleRequests(this.info, requests, options);
      const wanted = requests.some(({ n }) => n > 0);
      const plan = { requests, options, vocabSize: this.info.vocabSize, report };
      const samples_NG = wanted
        ? await allOrNone(signal, async (inner) =>
            sampleGroups(await this.weights.sampler(inner), { ...plan, signal: inner }),
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
      const scores = await allOrNone(signal, (inner) => this.weights.score(pairs, inner));
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
      const result = await training.learn(groups, signal);
      checkTrained(groups, result);
      return result;
    });
  }

  optimStep(options: OptimStepOptions): Promise<OptimStepResult> {
    return this.inTurn(async (signal) => {
      const training = this.mustBeTrained();
      training.check(options);
      (this.weights as ModelWeights).changed();
      try {
        const gradNorm = await training.step(options, signal);
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
      const { weights, policyVersion } = this;
      if (!(weights instanceof ModelWeights)) throw notTrained(this.info);
      const path = await weights.client.saveState(`step-${policyVersion}-${this.saves++}`, { signal });
      return {
        kind: 'remote',
        uri: handleUri({ path, policyVersion, optimizer: optimizer && this.training !== undefined }),
      };
    });
  }

  async dispose(): Promise<void> {
    if (this.ended.signal.aborted) return;
    this.ended.abort(usedAfterDispose(this.info.name));
    this.onDispose();
    await this.last.catch(() => {});
    await this.weights.dispose().catch((error: unknown) => {
      // What cannot be reached holds nothing for us, or will let go of it when it misses our heartbeats.
      if (!(error instanceof TinkerError)) throw error;
    });
  }

  private mustBeTrained(): ServerTraining {
    if (!this.training) throw notTrained(this.info);
    return this.training;
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
