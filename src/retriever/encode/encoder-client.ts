/** An encoder in a worker thread of its own. */
import { WorkerClient } from '../../core/worker-rpc.js';
import type { Params } from '../../models/parameters.js';
import type { Encoder, EncoderSetup, TrainBatch, TrainStepResult, TrainUpdate } from './encoder-port.js';
import type { EncoderMethods } from './encoder-worker.js';
import type { TokenVectors } from './token-vectors.js';

/** An {@link Encoder} that computes in a worker. The parameters of the setup are copied. */
export class EncoderClient implements Encoder {
  private readonly worker: WorkerClient<EncoderMethods>;
  private closed = false;

  private constructor(worker: WorkerClient<EncoderMethods>) {
    this.worker = worker;
  }

  /** Starts the worker. Dispose it after use: the thread holds native memory. */
  static async open(setup: EncoderSetup): Promise<EncoderClient> {
    const worker = new WorkerClient<EncoderMethods>(new URL('./encoder-worker.js', import.meta.url), 'encoder');
    try {
      await worker.call('open', setup);
    } catch (error) {
      await worker.terminate();
      throw error;
    }
    return new EncoderClient(worker);
  }

  encode(ids: readonly Int32Array[]): Promise<TokenVectors> {
    return this.worker.call('encode', ids);
  }

  trainStep(batch: TrainBatch, update: TrainUpdate): Promise<TrainStepResult> {
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

  async dispose(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.worker.close('close', null);
  }
}
