/** A model on the server, and the order of what is asked of it. */
import type { ModelLimits } from './checks/limits.js';
import { Sequence } from './sequence.js';
import type { Server, Submitted } from './server.js';

/** A numbered call; model and number are added when its turn has come. */
export interface NumberedCall {
  path: string;
  body: object;
  /** Asked when its turn has come: an earlier call may have found out what the server knows. */
  effect: () => 'repeatable' | 'once';
}

export class Model {
  readonly server: Server;
  readonly modelId: string;
  readonly limits: ModelLimits;
  readonly sequence = new Sequence();

  constructor({ server, modelId, limits }: Pick<Model, 'server' | 'modelId' | 'limits'>) {
    this.server = server;
    this.modelId = modelId;
    this.limits = limits;
  }

  /** Submits a call with the next number. `check` runs when its turn has come. */
  numbered(
    what: string,
    { path, body, effect }: NumberedCall,
    signal: AbortSignal,
    check: () => void = () => undefined,
  ): Promise<Submitted> {
    return this.sequence.inTurn(
      () => ({ count: 1 }),
      signal,
      (seqId) => {
        check();
        const call = { path, body: { model_id: this.modelId, seq_id: seqId, ...body }, effect: effect() };
        return this.server.toTheEnd(what, (inner) => this.server.submit(call, inner));
      },
    );
  }
}
