/** What a client is made with, and what every call takes. */
import { randomUUID } from 'node:crypto';
import { serverAddress } from '../core/http/address.js';
import type { Fetch } from '../core/http/client.js';
import { TinkerError } from './errors.js';

export interface TinkerClientOptions {
  /** Address of the server without `/api/v1`: `http://127.0.0.1:8000`. */
  baseUrl: string;
  /** Sent as `X-API-Key` to that address and nowhere else. Servers of one's own may want none. */
  apiKey?: string | undefined;
  /** Allows plain http to other machines than this one. Default false. */
  allowHttp?: boolean;
  /** How `forward` and `forwardBackward` are written. Default `auto`: protobuf, and JSON where the server does not read it. */
  wire?: 'auto' | 'protobuf' | 'json';
  /** Another way to reach the server. It cannot go into another thread, so heartbeats then come from a timer. */
  fetch?: Fetch;
  /**
   * Where heartbeats come from: a thread of their own (default), which no work here can starve; or a timer of this thread, where
   * threads cannot be had.
   */
  heartbeats?: 'thread' | 'timer';
  /** Ends everything when it is aborted. */
  signal?: AbortSignal;
  /** Hears what the server wants people to know, and that its heartbeats fail. */
  onWarning?: (message: string) => void;
  timeouts?: Partial<TinkerTimeouts>;
  limits?: Partial<TinkerLimits>;
}

export interface TinkerTimeouts {
  /** A whole call, waiting included, unless it says otherwise. Default 30 minutes. */
  callMs: number;
  /** One exchange with the server that is no long wait. Default 60 s. */
  exchangeMs: number;
  /** One question for a result, which servers hold until there is one. Default 60 s. */
  pollMs: number;
  /** How long a server may be away (no connection, 502, 503, 504, 429) before it counts as gone. Default 5 minutes. */
  outageMs: number;
  /** How long an account that has to be paid is waited for (402). Default 1 hour. */
  billingMs: number;
  /** Time between heartbeats. Default 10 s. */
  heartbeatMs: number;
  /** First wait before something is tried again; doubles from there. Default 500. */
  backoffMs: number;
}

export interface TinkerLimits {
  /** Times that a server's own error (500), or an answer that cannot be read, is met with another try. Default 4. */
  serverErrors: number;
  /** Datums of one `forward_backward` on the wire. Default 1024. */
  chunkDatums: number;
  /** Bytes of one, by the sizes of its arrays. Default 5,000,000. */
  chunkBytes: number;
  /** Sample requests under way at a time. Default 512. */
  samplesInFlight: number;
  /** Bytes of sample requests that wait for their acknowledgement. Default 10 MiB. */
  sendingBytes: number;
  /** Bytes of results received at a time, where the server says their size beforehand. Default 50 MiB. */
  receivingBytes: number;
  /** Longest answer. Default 256 MiB. */
  answerBytes: number;
}

/** What every call takes. */
export interface CallOptions {
  /** Ends the call with its reason. What was sent already may still be done by the server. */
  signal?: AbortSignal | undefined;
  /** Ends the call with a `time-out`. Default: `timeouts.callMs`. */
  timeoutMs?: number;
}

export interface ResolvedOptions extends Omit<TinkerClientOptions, 'timeouts' | 'limits' | 'wire' | 'apiKey'> {
  /** The key behind a function, so that no print of an object shows it. */
  key: (() => string) | undefined;
  /** Tells this client's requests from all others. */
  clientId: string;
  wire: 'auto' | 'protobuf' | 'json';
  timeouts: TinkerTimeouts;
  limits: TinkerLimits;
}

const timeouts: TinkerTimeouts = {
  callMs: 30 * 60_000,
  exchangeMs: 60_000,
  pollMs: 60_000,
  outageMs: 5 * 60_000,
  billingMs: 60 * 60_000,
  heartbeatMs: 10_000,
  backoffMs: 500,
};

const limits: TinkerLimits = {
  serverErrors: 4,
  chunkDatums: 1024,
  chunkBytes: 5_000_000,
  samplesInFlight: 512,
  sendingBytes: 10 * 2 ** 20,
  receivingBytes: 50 * 2 ** 20,
  answerBytes: 256 * 2 ** 20,
};

/** Defaults filled in, everything checked. Throws `engine` at an address that a key must not be sent to. */
export function resolveOptions(given: TinkerClientOptions): ResolvedOptions {
  const { apiKey, ...rest } = given;
  const options: ResolvedOptions = {
    ...rest,
    key: apiKey === undefined ? undefined : () => apiKey,
    baseUrl: serverAddress(given.baseUrl, { code: 'engine', allowHttp: given.allowHttp ?? false }),
    clientId: `ra-rft-${randomUUID()}`,
    wire: given.wire ?? 'auto',
    timeouts: filled(timeouts, given.timeouts),
    limits: filled(limits, given.limits),
  };
  for (const [section, values] of Object.entries({ timeouts: options.timeouts, limits: options.limits })) {
    for (const [name, value] of Object.entries(values)) {
      const least = name === 'serverErrors' ? 0 : 1;
      if (!(value >= least)) throw wrongNumber(`${section}.${name}`, value as number, least);
    }
  }
  return options;
}

function filled<T extends object>(defaults: T, given: Partial<T> | undefined): T {
  const named = Object.entries(given ?? {}).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(named) };
}

function wrongNumber(name: string, value: number, least: number): TinkerError {
  return new TinkerError({
    kind: 'invalid',
    message: `${name} is ${value}`,
    where: name,
    expected: `at least ${least}`,
  });
}
