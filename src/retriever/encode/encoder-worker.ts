/** The encoder's worker thread: an {@link EncoderSession} behind calls, so that the main thread stays live. */
import { RaRftError } from '../../core/errors.js';
import { serveMethods } from '../../core/worker-rpc.js';
import type { Params } from '../../models/parameters.js';
import type { EncoderSetup, TrainBatch, TrainStepResult, TrainUpdate } from './encoder-port.js';
import { EncoderSession } from './encoder-session.js';
import type { TokenVectors } from './token-vectors.js';

let session: EncoderSession | undefined;

function opened(): EncoderSession {
  if (!session) throw new RaRftError({ code: 'internal', message: 'the encoder worker was not opened' });
  return session;
}

const methods = {
  open: (setup: EncoderSetup): void => {
    session = new EncoderSession(setup);
  },
  encode: (ids: readonly Int32Array[]): Promise<TokenVectors> => opened().encode(ids),
  trainStep: ({ batch, update }: { batch: TrainBatch; update: TrainUpdate }): Promise<TrainStepResult> =>
    opened().trainStep(batch, update),
  setDocuments: (vectors: TokenVectors): Promise<void> => opened().setDocuments(vectors),
  score: (queries: TokenVectors): Promise<Float32Array> => opened().score(queries),
  snapshot: (_: null): Promise<Params> => opened().snapshot(),
  restore: (snapshot: Params): Promise<void> => opened().restore(snapshot),
  /** Frees the native sessions; only then may the thread end. */
  close: (_: null): Promise<void> => opened().dispose(),
};

/** What the worker serves, for the typed client. */
export type EncoderMethods = typeof methods;

serveMethods(methods);
