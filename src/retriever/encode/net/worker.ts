/** The worker thread of an encoder's network: a {@link NetSession} behind calls, so that the main thread stays live. */
import { RaRftError } from '../../../core/errors.js';
import { serveMethods } from '../../../core/worker-rpc.js';
import type { Params } from '../../../models/parameters.js';
import type { TokenVectors } from '../token-vectors.js';
import type { TokenText } from '../token-text.js';
import type { NetSetup, NetTrainingState, TokenBatch, TrainStepResult, TrainUpdate } from './port.js';
import { NetSession } from './session.js';

let session: NetSession | undefined;

function opened(): NetSession {
  if (!session) throw new RaRftError({ code: 'internal', message: 'the encoder worker was not opened' });
  return session;
}

const methods = {
  open: (setup: NetSetup): void => {
    session = new NetSession(setup);
  },
  encode: (texts: readonly TokenText[]): Promise<TokenVectors> => opened().encode(texts),
  trainStep: ({ batch, update }: { batch: TokenBatch; update: TrainUpdate }): Promise<TrainStepResult> =>
    opened().trainStep(batch, update),
  setDocuments: (vectors: TokenVectors): Promise<void> => opened().setDocuments(vectors),
  score: (queries: TokenVectors): Promise<Float32Array> => opened().score(queries),
  snapshot: (_: null): Promise<Params> => opened().snapshot(),
  restore: (snapshot: Params): Promise<void> => opened().restore(snapshot),
  trainingState: (_: null): Promise<NetTrainingState> => opened().trainingState(),
  setTrainingState: (state: NetTrainingState): Promise<void> => opened().setTrainingState(state),
  /** Frees the native sessions; only then may the thread end. */
  close: (_: null): Promise<void> => opened().dispose(),
};

/** What the worker serves, for the typed client. */
export type NetMethods = typeof methods;

serveMethods(methods);
