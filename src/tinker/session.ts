/** A session on the server: what it numbers, and what keeps it alive. */
import { openHttp } from '../core/http/client.js';
import { WorkerClient } from '../core/worker-rpc.js';
import { secretOf, type Connection } from './connection.js';
import type { HeartbeatMethods } from './heartbeat-worker.js';
import { Beating, type HeartbeatState } from './heartbeat.js';
import { malformed } from './wire/malformed.js';

/** Heartbeats missed in a row before anybody is told. */
const MISSED = 3;

/** Where heartbeats come from. */
interface Heart {
  state(): Promise<HeartbeatState | undefined>;
  stop(): Promise<void>;
}

export class Session {
  readonly id: string;
  private readonly heart: Heart;
  private readonly watch: NodeJS.Timeout;
  private readonly warn: (message: string) => void;
  private isTold = false;
  private isLost = false;
  private models = 0;
  private samplers = 0;

  private constructor(id: string, connection: Connection) {
    this.id = id;
    const { timeouts, onWarning } = connection.options;
    this.warn = onWarning ?? (() => undefined);
    this.heart = heartOf(connection, id);
    this.watch = setInterval(() => void this.look(), timeouts.heartbeatMs);
    this.watch.unref();
  }

  static async open(connection: Connection, signal: AbortSignal): Promise<Session> {
    const request = { tags: [], user_metadata: {}, sdk_version: SDK_VERSION, type: 'create_session' };
    const { body } = await connection.call({ path: '/create_session', body: request, effect: 'repeatable' }, signal);
    const id = body['session_id'];
    if (typeof id !== 'string') throw malformed('new session', JSON.stringify(body));
    for (const field of ['info_message', 'warning_message', 'error_message']) {
      const said = body[field];
      if (typeof said === 'string' && said !== '') connection.options.onWarning?.(said);
    }
    return new Session(id, connection);
  }

  /** The server has forgotten it. */
  get lost(): boolean {
    return this.isLost;
  }

  /** A call met a server that does not know it. */
  forget(): void {
    this.isLost = true;
  }

  nextModel(): number {
    return this.models++;
  }

  nextSampler(): number {
    return this.samplers++;
  }

  /** How the heartbeats go; undefined before the first can have been sent. */
  heartbeats(): Promise<HeartbeatState | undefined> {
    return this.heart.state();
  }

  async close(): Promise<void> {
    clearInterval(this.watch);
    await this.heart.stop();
  }

  private async look(): Promise<void> {
    const state = await this.heart.state().catch((error: unknown) => {
      this.tell(`heartbeats have ended: ${String(error)}`);
      return undefined;
    });
    if (!state) return;
    if (state.lost) {
      this.isLost = true;
      this.tell(`the server does not know session ${this.id} any more`);
    } else if (state.missed >= MISSED) this.tell(`${state.missed} heartbeats were not answered: ${state.reason}`);
    else if (state.missed === 0) this.isTold = false;
  }

  private tell(message: string): void {
    if (!this.isTold) this.warn(message);
    this.isTold = true;
  }
}

/** The version of the official client whose words this one speaks. */
export const SDK_VERSION = '0.25.0';

function heartOf({ options }: Connection, sessionId: string): Heart {
  const { baseUrl, fetch, timeouts, heartbeats } = options;
  const { heartbeatMs: everyMs } = timeouts;
  const http = { baseUrl, secret: secretOf(options), timeoutMs: Math.max(everyMs, 1000) };
  if (fetch || heartbeats === 'timer') {
    const beating = new Beating({ sessionId, everyMs }, openHttp({ ...http, fetch }));
    return { state: () => Promise.resolve(beating.state), stop: () => beating.stop() };
  }
  const worker = new WorkerClient<HeartbeatMethods>(new URL('./heartbeat-worker.js', import.meta.url), 'heartbeat');
  const begun = worker.call('begin', { http, sessionId, everyMs });
  begun.catch(() => undefined); // told by the next look
  return {
    state: () => worker.call('state', undefined),
    stop: () => worker.close('end', undefined),
  };
}
