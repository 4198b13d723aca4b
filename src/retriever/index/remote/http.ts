/** Calls to the server of an index: tries again where that may help, and says what failed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { RaRftError } from '../../../core/errors.js';
import { openTransport, parseJson, type HttpResult, type Transport } from '../../../llm/index.js';

export interface ServerOptions {
  url: string;
  apiKey?: string | undefined;
  /** Longest time of a call. */
  timeoutMs: number;
  /** Wait before the first retry. Default 500. */
  backoffMs?: number | undefined;
}

const RETRIES = 3;
/** What a server says of an overload or of itself; it has done nothing then. */
const busy = new Set([429, 503]);

export class IndexServerClient {
  readonly url: string;
  private readonly transport: Transport;
  private readonly backoffMs: number;

  constructor({ url, apiKey, timeoutMs, backoffMs = 500 }: ServerOptions) {
    this.url = url;
    this.backoffMs = backoffMs;
    this.transport = openTransport({ baseUrl: url, apiKey, timeoutMs });
  }

  /** The body of the answer; undefined at 404 and 409 where `absent` names that status. Throws `io` at every other failure. */
  async call(method: 'get' | 'post' | 'delete', path: string, body?: unknown, absent?: 404 | 409): Promise<unknown> {
    for (let tried = 0; ; tried++) {
      const result = method === 'get' ? await this.transport.get(path) : await this.transport[method](path, body);
      if (mayTryAgain(result) && tried < RETRIES) {
        await sleep(this.backoffMs * 2 ** tried);
        continue;
      }
      if (result.kind === 'answer' && result.status === absent) return undefined;
      return this.bodyOf(result, path);
    }
  }

  close(): Promise<void> {
    return this.transport.close();
  }

  /** The error of something that the server did or said. */
  error(
    message: string,
    path: string,
    hint = 'See the log of the server; then run the same command again.',
  ): RaRftError {
    return new RaRftError({ code: 'io', message, where: `${this.url}${path}`, hint });
  }

  private bodyOf(result: HttpResult, path: string): unknown {
    if (result.kind === 'broken')
      throw this.error(result.reason, path, 'Is the server running at that address? Then run the same command again.');
    const { status, text } = result;
    const body = parseJson(text);
    const said = (body as { message?: unknown } | null | undefined)?.message;
    const reason = typeof said === 'string' ? said : text.slice(0, 200);
    if (status === 401 || status === 403)
      throw this.error(
        `status ${status}: ${reason}`,
        path,
        'Check the key in the environment variable that apiKeyEnv names.',
      );
    if (status < 200 || status >= 300) throw this.error(`status ${status}: ${reason}`, path);
    if (body === undefined)
      throw this.error(
        `the answer is no JSON: ${text.slice(0, 200)}`,
        path,
        'Is that the address of the index server?',
      );
    return body;
  }
}

/** Where nothing was done at the other end. */
function mayTryAgain(result: HttpResult): boolean {
  return result.kind === 'broken' ? !result.reached : busy.has(result.status);
}
