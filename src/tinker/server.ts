/** What all clients of one server share: its connection, what is under way, and what is known of it. */
import { once } from '../core/once.js';
import { ByteBudget } from './byte-budget.js';
import { Calls } from './calls.js';
import { Connection, type Call } from './connection.js';
import { TinkerError } from './errors.js';
import { awaitResult, requestIdOf, type Operation, type Result } from './futures/await-result.js';
import { type CallOptions, type ResolvedOptions } from './options.js';
import { Pause } from './pause.js';
import { serverConfig, type ServerConfig } from './server-config.js';
import { Session } from './session.js';
import type { InFlight } from './types.js';
import { WireChoice } from './wire/choice.js';
import { jsonObject } from './wire/malformed.js';

/** An operation that the server has taken. */
export interface Submitted {
  requestId: string;
  /** It may have arrived more than once. */
  repeated: boolean;
}

export class Server {
  readonly options: ResolvedOptions;
  readonly connection: Connection;
  readonly wire: WireChoice;
  /** Where a busy server has sampling wait. */
  readonly pause: Pause;
  /** Places for sample requests under way. */
  readonly places: ByteBudget;
  private readonly sending: ByteBudget;
  private readonly receiving: ByteBudget;
  private readonly calls: Calls;
  /** Submissions of numbered calls, which end with the client but not with the call's own signal. */
  private readonly submissions: Calls;
  private opened: Promise<Session> | undefined;

  constructor(options: ResolvedOptions) {
    const { timeouts, limits, signal } = options;
    this.options = options;
    this.connection = new Connection(options);
    this.wire = new WireChoice(options.wire);
    this.pause = new Pause(2 * timeouts.backoffMs);
    this.places = new ByteBudget(limits.samplesInFlight);
    this.sending = new ByteBudget(limits.sendingBytes);
    this.receiving = new ByteBudget(limits.receivingBytes);
    this.calls = new Calls(timeouts.callMs);
    this.submissions = new Calls(timeouts.outageMs + 2 * timeouts.exchangeMs);
    const end = () => void this.close(signal?.reason);
    if (signal?.aborted === true) end();
    signal?.addEventListener('abort', end, { once: true });
  }

  get inFlight(): InFlight {
    return { calls: this.calls.count, sendingBytes: this.sending.inUse, receivingBytes: this.receiving.inUse };
  }

  run<T>(what: string, options: CallOptions, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.calls.run(what, options, work);
  }

  /** Submits without the caller's signal; see {@link Sequence.inTurn}. */
  toTheEnd<T>(what: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.submissions.run(what, {}, work);
  }

  /** The session, which is made when it is first needed, and anew where the server has lost it. */
  async session(signal: AbortSignal): Promise<Session> {
    const { opened } = this;
    const session = await opened?.catch(() => undefined);
    if (session && !session.lost) return session;
    if (this.opened === opened) {
      this.opened = undefined; // lost, or never made
      await session?.close();
    }
    // The caller's signal must not end a session that others wait for.
    this.opened ??= this.toTheEnd('create session', (inner) => Session.open(this.connection, inner));
    return abortable(this.opened, signal);
  }

  /** Runs with the session; once more with a new one where the server says that it does not know it, and so has done nothing. */
  async inSession<T>(signal: AbortSignal, work: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.session(signal);
    try {
      return await work(session);
    } catch (error) {
      if (!isOfSession(error)) throw error;
      session.forget();
      return work(await this.session(signal));
    }
  }

  readonly config: () => Promise<ServerConfig> = retried(() =>
    this.toTheEnd('client config', (signal) => serverConfig(this.connection, signal)),
  );

  /** A call whose answer is all there is to it. */
  async ask(call: Call, signal: AbortSignal): Promise<Record<string, unknown>> {
    return (await this.connection.call(call, signal)).body;
  }

  /** Sends a call that becomes an operation. `bytes`: of its body, about. */
  async submit(call: Call, signal: AbortSignal, bytes = 1000): Promise<Submitted> {
    return this.sending.hold(bytes, signal, async () => {
      const { body, repeated } = await this.connection.call(call, signal);
      return { requestId: requestIdOf(body), repeated };
    });
  }

  /** The result of an operation, as it was sent. */
  async result({ requestId, repeated }: Submitted, operation: Operation, signal: AbortSignal): Promise<Result> {
    try {
      return await awaitResult(this.connection, { requestId, operation }, this.receiving, signal);
    } catch (error) {
      // Of two of the same, TuFT refuses the second: the first was done, and its result is not to be had.
      if (repeated && error instanceof TinkerError && error.kind === 'failed' && error.status === 409) {
        const message = `it was done, but its result is lost: ${error.message}`;
        throw new TinkerError({ kind: 'uncertain', message, hint: 'Go on from the last checkpoint.', cause: error });
      }
      throw error;
    }
  }

  /** The result of an operation as a JSON object. */
  async resultObject(
    submitted: Submitted,
    operation: Operation,
    signal: AbortSignal,
  ): Promise<Record<string, unknown>> {
    const { bytes } = await this.result(submitted, operation, signal);
    return jsonObject(bytes, `result of ${operation}`);
  }

  /** Ends what is under way, heartbeats and connections. */
  async close(reason: unknown = new TinkerError({ kind: 'closed', message: 'the client was closed' })): Promise<void> {
    this.calls.end(reason);
    this.submissions.end(reason);
    const session = await this.opened?.catch(() => undefined);
    await session?.close();
    await this.connection.close();
  }
}

function isOfSession(error: unknown): boolean {
  if (!(error instanceof TinkerError) || error.kind !== 'lost') return false;
  return /session/i.test(error.message) && !/sampl/i.test(error.message);
}

/** As `once`, but what failed is made again. */
function retried<T>(make: () => Promise<T>): () => Promise<T> {
  let made = once(make);
  return () =>
    made().catch((error: unknown) => {
      made = once(make);
      throw error;
    });
}

/** Gives up waiting where the signal is aborted; the work goes on for others. */
function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
