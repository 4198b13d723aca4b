/** A typed client of the services. */
import type { z } from 'zod';
import { RaRftError, type ErrorCode } from '../core/errors.js';
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

/** Calls of a server of `ra-rft serve`. Each throws what the server says, as a {@link RaRftError} with its code. */
export class ServiceClient {
  private readonly url: string;
  private readonly token: string | undefined;
  private readonly timeoutMs: number;

  constructor({ url, token, timeoutMs = 60_000 }: ServiceClientOptions) {
    this.url = url.replace(/\/+$/, '');
    this.token = token;
    this.timeoutMs = timeoutMs;
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
    const path = `/v1/retrievers/${encodeURIComponent(retriever)}/traces/${encodeURIComponent(id)}`;
    return this.call('DELETE', path, undefined, options);
  }

  verify(body: z.input<typeof verifyBody>, options?: Signal): Promise<z.output<typeof verifyAnswer>> {
    return this.call('POST', '/v1/verify', body, options);
  }

  private async call<T>(method: string, path: string, body: unknown, { signal }: Signal = {}): Promise<T> {
    const late = AbortSignal.timeout(this.timeoutMs);
    const response = await fetch(`${this.url}${path}`, {
      method,
      redirect: 'error',
      signal: signal ? AbortSignal.any([signal, late]) : late,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(this.token !== undefined && { authorization: `Bearer ${this.token}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer = (await response.json().catch(() => undefined)) as (T & Partial<FailureBody>) | undefined;
    if (response.ok && answer !== undefined) return answer;
    const { error } = answer ?? {};
    throw new RaRftError({
      code: (error?.code ?? 'io') satisfies ErrorCode,
      message: error?.message ?? `the server answered with status ${response.status}`,
      where: error?.where ?? `${this.url}${path}`,
      ...(error?.expected !== undefined && { expected: error.expected }),
      ...(error?.hint !== undefined && { hint: error.hint }),
    });
  }
}
