/** Heartbeats of a session: a server unloads the models of one that has not been heard of for some minutes. */
import { openHttp, type HttpClient, type HttpOptions } from '../core/http/client.js';

export interface HeartbeatSettings {
  http: Omit<HttpOptions, 'fetch'>;
  sessionId: string;
  everyMs: number;
}

export interface HeartbeatState {
  /** Heartbeats that were answered. */
  answered: number;
  /** Heartbeats in a row that were not. */
  missed: number;
  /** Why the last one was not. */
  reason: string | undefined;
  /** The server does not know the session any more. */
  lost: boolean;
}

/** Beats until it is stopped or the session is lost. */
export class Beating {
  readonly state: HeartbeatState = { answered: 0, missed: 0, reason: undefined, lost: false };
  private readonly settings: Pick<HeartbeatSettings, 'sessionId' | 'everyMs'>;
  private readonly http: HttpClient;
  private readonly ended = new AbortController();
  private timer: NodeJS.Timeout | undefined;

  constructor(settings: Pick<HeartbeatSettings, 'sessionId' | 'everyMs'>, http: HttpClient) {
    this.settings = settings;
    this.http = http;
    this.next();
  }

  /** Over connections of its own. */
  static start({ http, ...settings }: HeartbeatSettings): Beating {
    return new Beating(settings, openHttp(http));
  }

  async stop(): Promise<void> {
    clearTimeout(this.timer);
    this.ended.abort(new Error('stopped'));
    await this.http.close();
  }

  private next(): void {
    this.timer = setTimeout(() => {
      void this.beat().finally(() => {
        if (!this.state.lost && !this.ended.signal.aborted) this.next();
      });
    }, this.settings.everyMs);
    this.timer.unref();
  }

  private async beat(): Promise<void> {
    const { sessionId } = this.settings;
    const request = {
      method: 'POST' as const,
      path: '/api/v1/session_heartbeat',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ session_id: sessionId, type: 'session_heartbeat' }),
    };
    const result = await this.http.send(request, { signal: this.ended.signal }).catch(() => undefined);
    if (!result) return; // stopped
    if (result.kind === 'answer' && result.status >= 200 && result.status < 300) {
      Object.assign(this.state, { answered: this.state.answered + 1, missed: 0, reason: undefined });
      return;
    }
    this.state.missed++;
    this.state.reason = result.kind === 'broken' ? result.reason : `status ${result.status}`;
    this.state.lost = result.kind === 'answer' && (result.status === 404 || result.status === 410);
  }
}
