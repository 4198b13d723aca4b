/** The server that answers conversations. Its key goes to it and to no other, and never back to a caller. */
import { Agent, request } from 'undici';
import { serverAddress } from '../../core/http/address.js';
import { RaRftError } from '../../core/errors.js';

export interface UpstreamOptions {
  /** Up to and with `/v1`. */
  baseUrl: string;
  apiKey?: string | undefined;
  /** Longest wait for the head of an answer, and between two pieces of it. */
  timeoutMs: number;
  /** Plain http to another machine than this one. */
  allowHttp?: boolean;
}

export interface UpstreamAnswer {
  status: number;
  contentType: string;
  retryAfter: string | undefined;
  body: ReadableStream<Uint8Array>;
}

export class Upstream {
  private readonly url: string;
  private readonly apiKey: string | undefined;
  private readonly agent: Agent;

  /** Throws `config` where the address is none, or would let the key be read on its way. */
  constructor({ baseUrl, apiKey, timeoutMs, allowHttp = false }: UpstreamOptions) {
    this.url = serverAddress(baseUrl, { code: 'config', allowHttp });
    this.apiKey = apiKey;
    this.agent = new Agent({ headersTimeout: timeoutMs, bodyTimeout: timeoutMs, connect: { timeout: 10_000 } });
  }

  /** Sends on. The answer is passed as it comes, line by line, without the key. Throws `llm` where none comes. */
  async send(
    method: 'GET' | 'POST',
    path: string,
    body: string | undefined,
    signal: AbortSignal,
  ): Promise<UpstreamAnswer> {
    const headers = {
      accept: 'application/json, text/event-stream',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(this.apiKey !== undefined && { authorization: `Bearer ${this.apiKey}` }),
    };
    try {
      // Redirects are not followed: they would carry the key elsewhere.
      const answer = await request(`${this.url}${path}`, { method, headers, body, signal, dispatcher: this.agent });
      const one = (name: string) => [answer.headers[name] ?? []].flat()[0];
      return {
        status: answer.statusCode,
        contentType: one('content-type') ?? 'application/json',
        retryAfter: one('retry-after'),
        body: ReadableStream.from(redacted(answer.body, this.apiKey)),
      };
    } catch (cause) {
      signal.throwIfAborted();
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new RaRftError({
        code: 'llm',
        message: `the upstream server gave no answer: ${withoutKey(reason, this.apiKey)}`,
        where: `${this.url}${path}`,
        hint: 'Is it running, and at this address?',
        cause,
      });
    }
  }

  close(): Promise<void> {
    return this.agent.destroy();
  }
}

/** The lines of a body as they come: a key could stand in two pieces of it, but in no two lines. */
async function* redacted(body: AsyncIterable<Uint8Array>, key: string | undefined): AsyncGenerator<Uint8Array> {
  if (key === undefined) return yield* body;
  const [decoder, encoder] = [new TextDecoder(), new TextEncoder()];
  let waiting = '';
  for await (const piece of body) {
    waiting += decoder.decode(piece, { stream: true });
    const whole = waiting.lastIndexOf('\n') + 1;
    if (whole > 0) yield encoder.encode(withoutKey(waiting.slice(0, whole), key));
    waiting = waiting.slice(whole);
  }
  const rest = waiting + decoder.decode();
  if (rest !== '') yield encoder.encode(withoutKey(rest, key));
}

const withoutKey = (text: string, key: string | undefined): string =>
  key === undefined ? text : text.replaceAll(key, '[key]');
