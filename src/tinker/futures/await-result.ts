/** Asks for the result of an operation until there is one. */
import type { ByteBudget } from '../byte-budget.js';
import type { Connection } from '../connection.js';
import { malformed } from '../wire/malformed.js';
import { ACCEPT } from '../wire/reply.js';
import { pollStep, type PollStep } from './poll-step.js';

/** Operations, as servers count them. */
export type Operation =
  | 'CreateModel'
  | 'UnloadModel'
  | 'ForwardBackward'
  | 'Forward'
  | 'OptimStep'
  | 'SaveWeights'
  | 'LoadWeights'
  | 'SaveWeightsForSampler'
  | 'Sample';

export interface ResultOf {
  requestId: string;
  operation: Operation;
}

export type Result = Extract<PollStep, { kind: 'result' }>;

/** The id under which the result of an acknowledged operation can be asked for. */
export function requestIdOf(body: Record<string, unknown>): string {
  const id = body['request_id'];
  if (typeof id === 'string' && id !== '') return id;
  throw malformed('acknowledgement of an operation', JSON.stringify(body));
}

/**
 * The result. Big ones are announced by servers that can, and then asked for within `budget`. Throws `failed`, `lost`, `refused`,
 * `unauthorized` or `billing` as the server says, `unreachable` or `malformed` where it says nothing of use for too long.
 */
export async function awaitResult(
  connection: Connection,
  { requestId, operation }: ResultOf,
  budget: ByteBudget,
  signal: AbortSignal,
): Promise<Result> {
  const patience = connection.patience();
  const { pollMs } = connection.options.timeouts;
  let asked = 0;
  const ask = async (metadataOnly: boolean): Promise<PollStep> => {
    const headers = {
      'content-type': 'application/json',
      accept: ACCEPT,
      'x-tinker-request-iteration': String(asked++),
      'x-tinker-request-type': operation,
    };
    const body = JSON.stringify({ request_id: requestId, allow_metadata_only: metadataOnly });
    const answer = await connection.exchange(
      { method: 'POST', path: '/retrieve_future', headers, body },
      signal,
      pollMs,
    );
    return pollStep(answer, Date.now());
  };
  for (;;) {
    const startMs = performance.now();
    let step = await ask(true);
    if (step.kind === 'announced') step = await budget.hold(step.bytes, signal, () => ask(false));
    switch (step.kind) {
      case 'result':
        return step;
      case 'error':
        throw step.error;
      case 'pending':
        await patience.pending(performance.now() - startMs, signal);
        break;
      case 'fault':
        await patience.fault(step.error, signal);
        break;
      case 'away':
        await patience.away(step.error, signal, step.waitMs);
        break;
      case 'unpaid':
        await patience.unpaid(step.error, signal);
        break;
      case 'announced':
        await patience.fault(malformed('result of an operation', 'it was announced a second time'), signal);
    }
  }
}
