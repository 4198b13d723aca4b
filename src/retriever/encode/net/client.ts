/** An encoder's network in a worker thread of its own. */
import { WorkerClient } from '../../../core/worker-rpc.js';
import type { Params } from '../../../models/parameters.js';
import type { TokenVectors } from '../token-vectors.js';
import type { TokenText } from '../token-text.js';
import type { EncoderNet, NetSetup, NetTrainingState, TokenBatch, TrainStepResult, TrainUpdate } from './port.js';
import type { NetMethods } from './worker.js';

/** An {@link EncoderNet} that computes in a worker. The parameters of the setup are copied. */
export class NetClient implements EncoderNet {
  private readonly worker: WorkerClient<NetMethods>;
  private closed = false;

  private constructor(worker: WorkerClient<NetMethods>) {
    this.worker = worker;
  }

  /** Starts the worker, which the signal ends at once. Dispose it after use: the thread holds native memory. */
  static async open(setup: NetSetup, signal?: AbortSignal): Promise<NetClient> {
    const worker = new WorkerClient<NetMethods>(new URL('./worker.js', import.meta.url), 'encoder', { signal });
    try {
      await worker.call('open', setup);
    } catch (error) {
      await worker.terminate();
      throw error;
    }
    return new NetClient(worker);
  }

  encode(texts: readonly TokenText[]): Promise<TokenVectors> {
    return this.worker.call('encode', texts);
  }

  trainStep(batch: TokenBatch, update: TrainUpdate): Promise<TrainStepResult> {
    return this.worker.call('trainStep', { batch, update });
  }

  setDocuments(vectors: TokenVectors): Promise<void> {
    return this.worker.call('setDocuments', vectors);
  }

  score(queries: TokenVectors): Promise<Float32Array> {
    return this.worker.call('score', queries);
  }

  snapshot(): Promise<Params> {
    return this.worker.call('snapshot', null);
  }

  restore(snapshot: Params): Promise<void> {
    return this.worker.call('restore', snapshot);
  }

  trainingState(): Promise<NetTrainingState> {
    return this.worker.call('trainingState', null);
  }

  setTrainingState(state: NetTrainingState): Promise<void> {
    return this.worker.call('setTrainingState', state);
  }

  async dispose(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.worker.close('close', null);
  }
}
