/** Calls to one server: sent again where that is right and of use, with an end to it. */
import { openHttp, type HttpClient, type HttpRequest, type HttpResult } from '../core/http/client.js';
import { retryAfterMs } from '../core/http/waits.js';
import { Rng } from '../core/rng.js';
import { answerError, type Answer } from './answers.js';
import { TinkerError } from './errors.js';
import type { ResolvedOptions } from './options.js';
import { Patience } from './patience.js';
import type { Pause } from './pause.js';
import { jsonObject } from './wire/malformed.js';
import { isProtobuf } from './wire/reply.js';
import type { Written } from './wire/types.js';

const API = '/api/v1';

/**
 * What a call does on the server. `none`: it only asks. `repeatable`: the server takes a second one of the same for the first, or it
 * does no harm. `once`: it is not sent again where it may have arrived.
 */
export type Effect = 'none' | 'repeatable' | 'once';

export interface Call {
  method?: 'GET' | 'POST';
  path: string;
  /** A JSON body, or one that is written already. */
  body?: object;
  written?: Written;
  headers?: Readonly<Record<string, string>>;
  effect: Effect;
  /** Waited for before each try, and begun where the server is busy (429). */
  pause?: Pause;
}

/** What a call came to. `repeated`: it may have arrived more than once. */
export interface Acknowledged {
  body: Record<string, unknown>;
  repeated: boolean;
}

export class Connection {
  readonly options: ResolvedOptions;
  private readonly http: HttpClient;
  private readonly rng: Rng;
  private calls = 0;

  constructor(options: ResolvedOptions) {
    this.options = options;
    const { baseUrl, fetch, timeouts, limits } = options;
    const secret = secretOf(options);
    this.http = openHttp({ baseUrl, secret, timeoutMs: timeouts.exchangeMs, maxBytes: limits.answerBytes, fetch });
    this.rng = Rng.fromSeed('tinker'); // of waits only
  }

  /** A count of what may go wrong, for one call. */
  patience(): Patience {
    return new Patience(this.options, this.rng);
  }

  /** One exchange, whatever comes of it. Throws where the signal is aborted. */
  async exchange(
    request: Omit<HttpRequest, 'path'> & { path: string },
    signal: AbortSignal,
    timeoutMs?: number,
  ): Promise<Answer | Extract<HttpResult, { kind: 'broken' }>> {
    const result = await this.http.send(
      { ...request, path: API + request.path },
      { signal, ...(timeoutMs !== undefined && { timeoutMs }) },
    );
    if (result.kind === 'broken') return result;
    const { status, headers } = result;
    const contentType = headers('content-type');
    const bytes = isProtobuf(contentType) ? result.bytes : this.withoutKey(result.bytes);
    const text = () => new TextDecoder().decode(bytes);
    return { status, contentType, retryAfter: headers('retry-after'), bytes, text };
  }

  /**
   * Sends a call until it is answered. Throws `refused`, `unauthorized`, `billing` or `lost` as the server says, `unreachable` where it
   * gave no answer and has done nothing, `uncertain` where it may have.
   */
  async call(call: Call, signal: AbortSignal): Promise<Acknowledged> {
    const { method = 'POST', path, pause, effect } = call;
    const request = { method, path, ...(method === 'POST' && this.bodyOf(call)) };
    const patience = this.patience();
    let mayHaveArrived = false;
    for (;;) {
      await pause?.over(signal);
      const step = stepAfter(await this.exchange(request, signal), `answer to ${path}`);
      if (step.kind === 'done') return { body: step.body, repeated: mayHaveArrived };
      if (step.kind === 'error') throw mayHaveArrived ? ofRepeat(step.error) : step.error;
      const { error } = step;
      if (step.arrived && effect === 'once') throw uncertain(path, error);
      mayHaveArrived ||= step.arrived;
      if (pause && error.status === 429) {
        pause.begin(step.waitMs);
        continue;
      }
      try {
        if (step.kind === 'fault') await patience.fault(error, signal);
        else await patience.away(error, signal, step.waitMs);
      } catch (given) {
        throw given === error && mayHaveArrived && effect !== 'none' ? uncertain(path, error) : given;
      }
    }
  }

  close(): Promise<void> {
    return this.http.close();
  }

  /** What a server repeats of the key goes no further. */
  private withoutKey(bytes: Uint8Array): Uint8Array {
    const apiKey = this.options.key?.();
    if (apiKey === undefined || !Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(apiKey))
      return bytes;
    return new TextEncoder().encode(this.http.redact(new TextDecoder().decode(bytes)));
  }

  private bodyOf({ body, written, headers }: Call): Pick<HttpRequest, 'headers' | 'body'> {
    const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body ?? {}) };
    const sent = written ?? json;
    // The same in all tries of a call: a server that knows it does the work once.
    const key = { 'x-idempotency-key': `${this.options.clientId}-${this.calls++}` };
    return { headers: { accept: 'application/json', ...key, ...headers, ...sent.headers }, body: sent.body };
  }
}

/** The key and its header. */
export function secretOf({ key }: ResolvedOptions): { header: string; value: string } | undefined {
  return key && { header: 'x-api-key', value: key() };
}

type CallStep =
  | { kind: 'done'; body: Record<string, unknown> }
  | { kind: 'error'; error: TinkerError }
  /** Tried again. `arrived`: the server may have done it. `fault`: it says itself that something is wrong with it. */
  | { kind: 'fault' | 'away'; error: TinkerError; arrived: boolean; waitMs?: number };

/** Statuses that say that nothing was done. */
const UNDONE = new Set([425, 429, 503]);
const AWAY = new Set([408, 425, 429, 502, 503, 504]);

function stepAfter(answer: Answer | Extract<HttpResult, { kind: 'broken' }>, what: string): CallStep {
  if ('kind' in answer) {
    const { reason, reached, late } = answer;
    const hint = reached ? undefined : 'Is the server running at that address?';
    const error = new TinkerError({ kind: 'unreachable', message: `${what}: ${reason}`, hint });
    return { kind: late ? 'fault' : 'away', error, arrived: reached };
  }
  const { status } = answer;
  if (status === 204) return { kind: 'done', body: {} };
  if (status >= 200 && status < 300) {
    try {
      return { kind: 'done', body: jsonObject(answer.bytes, what) };
    } catch (error) {
      return { kind: 'fault', error: error as TinkerError, arrived: true };
    }
  }
  const error = answerError(answer);
  const waitMs = retryAfterMs(answer.retryAfter, Date.now());
  const wait = waitMs === undefined ? {} : { waitMs };
  if (AWAY.has(status)) return { kind: 'away', error, arrived: !UNDONE.has(status), ...wait };
  if (status >= 500) return { kind: 'fault', error, arrived: true, ...wait };
  return { kind: 'error', error };
}

/** What a server refuses may be the second of two. */
function ofRepeat({ kind, status, message, where, expected, hint }: TinkerError): TinkerError {
  return new TinkerError({ kind, status, message, where, expected, hint, isOfRepeat: true });
}

function uncertain(path: string, error: TinkerError): TinkerError {
  return new TinkerError({
    kind: 'uncertain',
    message: `it cannot be told whether ${path} was done: ${error.message}`,
    status: error.status,
    hint: 'Go on from the last checkpoint.',
    cause: error,
  });
}
