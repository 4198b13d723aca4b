/** A typed client of the services. */
import type { z } from 'zod';
import { openHttp, type HttpClient, type HttpRequest } from '../core/http/client.js';
import { uriPart } from '../core/http/uri-part.js';
import { RaRftError } from '../core/errors.js';
import type { retrieveAnswer, retrieveBody, tracesBody } from './api/retrieve.js';
import type { verifyAnswer, verifyBody } from './api/verify.js';
import type { FailureBody } from './http/answers.js';

export interface ServiceClientOptions {
  /** As in `http://127.0.0.1:8787`. */
  url: string;
  token?: string | undefined;
  /** Longest time of a call. Default 60 seconds. */
  timeoutMs?: number;
}

type Signal = { signal?: AbortSignal | undefined };

/** Calls of a server of `ra-rft serve`. Each throws what the server says, as a {@link RaRftError} with its code; close it after use. */
export class ServiceClient {
  private readonly url: string;
  private readonly http: HttpClient;

  constructor({ url, token, timeoutMs = 60_000 }: ServiceClientOptions) {
    this.url = url.replace(/\/+$/, '');
    const secret =
      token === undefined ? undefined : ({ header: 'authorization', value: token, scheme: 'Bearer' } as const);
    this.http = openHttp({ baseUrl: this.url, secret, timeoutMs });
  }

  retrieve(body: z.input<typeof retrieveBody>, options?: Signal): Promise<z.output<typeof retrieveAnswer>> {
    return this.call('POST', '/v1/retrieve', body, options);
  }

  retrievers(options?: Signal): Promise<{ retrievers: { name: string; size: number; changeable: boolean }[] }> {
    return this.call('GET', '/v1/retrievers', undefined, options);
  }

  addTraces(body: z.input<typeof tracesBody>, options?: Signal): Promise<{ retriever: string; size: number }> {
    return this.call('POST', '/v1/traces', body, options);
  }

  removeTrace(
    { retriever, id }: { retriever: string; id: string },
    options?: Signal,
  ): Promise<{ retriever: string; size: number }> {
    const path = `/v1/retrievers/${uriPart(retriever)}/traces/${uriPart(id)}`;
    return this.call('DELETE', path, undefined, options);
  }

  verify(body: z.input<typeof verifyBody>, options?: Signal): Promise<z.output<typeof verifyAnswer>> {
    return this.call('POST', '/v1/verify', body, options);
  }

  close(): Promise<void> {
    return this.http.close();
  }

  private async call<T>(method: HttpRequest['method'], path: string, body: unknown, options: Signal = {}): Promise<T> {
    const sent = body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    };
    const result = await this.http.send({ method, path, ...sent }, options);
    const where = `${this.url}${path}`;
    if (result.kind === 'broken') throw new RaRftError({ code: 'io', message: result.reason, where });
    const answer = jsonOf(result.bytes) as (T & Partial<FailureBody>) | undefined;
    if (result.status < 300 && answer !== undefined) return answer;
    throw new RaRftError({
      code: 'io',
      message: `the server answered with status ${result.status}`,
      where,
      ...answer?.error,
    });
  }
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch {
    return undefined; // not an answer of this project's server
  }
}
