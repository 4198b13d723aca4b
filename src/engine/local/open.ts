/** The local engine as most callers want it: in a worker thread, so that the caller's own thread stays live. */
import { WorkerClient, type Report } from '../../core/worker-rpc.js';
import { fullCapabilities } from '../capabilities.js';
import { usedAfterDispose } from '../requests.js';
import type {
  Alternatives,
  Capabilities,
  EngineInfo,
  ForwardBackwardResult,
  OpenOptions,
  OptimStepOptions,
  OptimStepResult,
  Policy,
  PolicyEngine,
  PolicyRef,
  SampleOptions,
  SampleRequest,
  SampleResult,
  ScoreGroup,
  TrainGroup,
  WhichAlternatives,
} from '../types.js';
import type { LocalEngineOptions } from './local-engine.js';
import type { EngineMethods } from './worker.js';

/**
 * Starts the local engine in a worker thread of its own, where all its policies live; their calls are answered one at a time, in
 * order.
 */
export function openLocalEngine(options: LocalEngineOptions = {}): PolicyEngine {
  return new WorkerEngine(options);
}

class WorkerEngine implements PolicyEngine {
  readonly name = 'local';
  private readonly client = new WorkerClient<EngineMethods>(new URL('./worker.js', import.meta.url), 'engine');
  private readonly started: Promise<void>;
  private disposed = false;

  constructor(options: LocalEngineOptions) {
    this.started = this.client.call('start', { options });
    this.started.catch(() => {}); // told by the first `open`
  }

  can(): Promise<Capabilities> {
    return Promise.resolve(fullCapabilities);
  }

  async open(ref: PolicyRef, options: OpenOptions = {}): Promise<Policy> {
    if (this.disposed) throw usedAfterDispose(this.name);
    await this.started;
    const { policy, info } = await this.client.call('open', { ref, options });
    return new WorkerPolicy(this.client, policy, info);
  }

  /** Waits some seconds for calls under way, then ends the worker. */
  async dispose(): Promise<void> {
    if (this.disposed) return;
    this.disposed = true;
    await this.client.close('dispose', undefined);
  }
}

class WorkerPolicy implements Policy {
  readonly info: EngineInfo;
  private readonly client: WorkerClient<EngineMethods>;
  private readonly policy: number;
  private disposed = false;

  constructor(client: WorkerClient<EngineMethods>, policy: number, info: EngineInfo) {
    this.client = client;
    this.policy = policy;
    this.info = info;
  }

  sample(requests: readonly SampleRequest[], options: SampleOptions, report?: Report): Promise<SampleResult> {
    return this.call('sample', { requests: [...requests], options }, report);
  }

  logprobs(groups: readonly ScoreGroup[], report?: Report): Promise<Float32Array[][]> {
    return this.call('logprobs', { groups: [...groups] }, report);
  }

  alternatives(groups: readonly ScoreGroup[], which: WhichAlternatives, report?: Report): Promise<Alternatives[][]> {
    return this.call('alternatives', { groups: [...groups], which }, report);
  }

  forwardBackward(groups: readonly TrainGroup[], report?: Report): Promise<ForwardBackwardResult> {
    return this.call('forwardBackward', { groups: [...groups] }, report);
  }

  optimStep(options: OptimStepOptions): Promise<OptimStepResult> {
    return this.call('optimStep', { options });
  }

  checkpoint(folder: string, what = { optimizer: true }): Promise<PolicyRef> {
    return this.call('checkpoint', { folder, what });
  }

  async dispose(): Promise<void> {
    if (this.disposed) return;
    const closed = this.call('close', {});
    this.disposed = true;
    await closed.catch(() => {}); // an engine that has ended holds nothing any more
  }

  private async call<K extends PolicyMethod>(
    method: K,
    args: Omit<Parameters<EngineMethods[K]>[0], 'policy'>,
    report?: Report,
  ): Promise<Awaited<ReturnType<EngineMethods[K]>>> {
    if (this.disposed) throw usedAfterDispose(this.info.name);
    return this.client.call(method, { ...args, policy: this.policy }, report);
  }
}

type PolicyMethod = Exclude<keyof EngineMethods, 'start' | 'open' | 'dispose'>;
