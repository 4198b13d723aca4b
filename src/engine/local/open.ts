/** The local engine as most callers want it: in a worker thread, so that the caller's own thread stays live. */
import { WorkerClient, type Report } from '../../core/worker-rpc.js';
import { RaRftError } from '../../core/errors.js';
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
import type { LocalEngineOptions } from './local-engine.js';
import type { EngineMethods } from './worker.js';

/**
 * Opens the model in a Hugging Face folder (or a checkpoint of this engine) in a worker thread of its own.
 * Throws `model` where files are missing, damaged or of another architecture.
 */
export async function openLocalEngine(folder: string, options: LocalEngineOptions = {}): Promise<Policy> {
  const client = new WorkerClient<EngineMethods>(new URL('./worker.js', import.meta.url), 'engine');
  try {
    return new WorkerEngine(client, await client.call('open', { folder, options }));
  } catch (error) {
    await client.terminate();
    throw error;
  }
}

class WorkerEngine implements Policy {
  readonly info: EngineInfo;
  private readonly client: WorkerClient<EngineMethods>;
  private disposed = false;

  constructor(client: WorkerClient<EngineMethods>, info: EngineInfo) {
    this.client = client;
    this.info = info;
  }

  sample(requests: readonly SampleRequest[], options: SampleOptions, report?: Report): Promise<SampleResult> {
    return this.call('sample', { requests: [...requests], options }, report);
  }

  logprobs(groups: readonly ScoreGroup[], report?: Report): Promise<Float32Array[][]> {
    return this.call('logprobs', { groups: [...groups] }, report);
  }

  forwardBackward(groups: readonly TrainGroup[], report?: Report): Promise<ForwardBackwardResult> {
    return this.call('forwardBackward', { groups: [...groups] }, report);
  }

  optimStep(options: OptimStepOptions): Promise<OptimStepResult> {
    return this.call('optimStep', { options });
  }

  save(folder: string, what = { optimizer: true }): Promise<void> {
    return this.call('save', { folder, what });
  }

  load(folder: string, what = { optimizer: true }): Promise<void> {
    return this.call('load', { folder, what });
  }

  /** Waits some seconds for calls under way, then ends the worker. */
  async dispose(): Promise<void> {
    if (this.disposed) return;
    this.disposed = true;
    await this.client.close('dispose', undefined);
  }

  private call<K extends keyof EngineMethods>(
    method: K,
    args: Parameters<EngineMethods[K]>[0],
    report?: Report,
  ): Promise<Awaited<ReturnType<EngineMethods[K]>>> {
    if (this.disposed) {
      const facts = { code: 'engine', message: 'the engine was used after dispose', where: this.info.name } as const;
      return Promise.reject(new RaRftError(facts));
    }
    return this.client.call(method, args, report);
  }
}
