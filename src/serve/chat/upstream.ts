/** The server that answers conversations. Its key goes to it and to no other, and never back to a caller. */
import { serverAddress } from '../../core/http/address.js';
import { openHttp, type HttpClient } from '../../core/http/client.js';
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
  retryAfter: string | null;
  body: ReadableStream<Uint8Array>;
}

export class Upstream {
  private readonly url: string;
  private readonly http: HttpClient;

  /** Throws `config` where the address is none, or would let the key be read on its way. */
  constructor({ baseUrl, apiKey, timeoutMs, allowHttp = false }: UpstreamOptions) {
    this.url = serverAddress(baseUrl, { code: 'config', allowHttp });
    const secret =
      apiKey === undefined ? undefined : ({ header: 'authorization', value: apiKey, scheme: 'Bearer' } as const);
    this.http = openHttp({ baseUrl: this.url, secret, timeoutMs });
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
    };
    const answer = await this.http.stream({ method, path, headers, ...(body !== undefined && { body }) }, { signal });
    if (answer.kind === 'answer') {
      return {
        status: answer.status,
        contentType: answer.headers('content-type') ?? 'application/json',
        retryAfter: answer.headers('retry-after'),
        body: ReadableStream.from(linesOf(answer.pieces, (line) => this.http.redact(line))),
      };
    }
    throw new RaRftError({
      code: 'llm',
      message: `the upstream server gave no answer: ${answer.reason}`,
      where: `${this.url}${path}`,
      hint: 'Is it running, and at this address?',
    });
  }

  close(): Promise<void> {
    return this.http.close();
  }
}

/** A body as it comes, its lines changed: a key could stand in two pieces of it, but in no two lines. */
async function* linesOf(
  pieces: AsyncIterable<Uint8Array>,
  change: (text: string) => string,
): AsyncGenerator<Uint8Array> {
  const [decoder, encoder] = [new TextDecoder(), new TextEncoder()];
  let waiting = '';
  for await (const piece of pieces) {
    waiting += decoder.decode(piece, { stream: true });
    const whole = waiting.lastIndexOf('\n') + 1;
    if (whole > 0) yield encoder.encode(change(waiting.slice(0, whole)));
    waiting = waiting.slice(whole);
  }
  const rest = waiting + decoder.decode();
  if (rest !== '') yield encoder.encode(change(rest));
}
