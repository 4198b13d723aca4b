/** `POST /v1/chat/completions`: any OpenAI-compatible server, with the trace that helps before the last question of the user. */
import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { RaRftError } from '../../core/errors.js';
import { uriPart } from '../../core/http/uri-part.js';
import { jsonBody, parsed } from '../api/endpoint.js';
import { retrieverOf, type ServedRetrievers } from '../api/retrieve.js';
import type { Upstream, UpstreamAnswer } from './upstream.js';
import { lastQuestion, withTraces, type TracePrompt } from './with-trace.js';

export interface ChatProxyOptions {
  upstream: Pick<Upstream, 'send'>;
  retrievers: ServedRetrievers;
  prompt: TracePrompt;
  /** Traces put into a prompt. Default 1, as in training. */
  k?: number | undefined;
}

/** Which traces a request was answered with, parted by commas, each as in an address; `none` where there is none. */
export const TRACE_HEADER = 'x-ra-rft-trace';
/** `off` sends a request on as it came; any other value names the retriever. */
export const RETRIEVAL_HEADER = 'x-ra-rft-retrieval';

const chatBody = z.looseObject({ messages: z.array(z.looseObject({ role: z.string() })).min(1) });

export function mountChat(app: Hono, options: ChatProxyOptions): void {
  app.post('/v1/chat/completions', (c) => complete(c, options));
  app.get('/v1/models', async (c) =>
    passed(await options.upstream.send('GET', '/models', undefined, c.req.raw.signal)),
  );
}

async function complete(c: Context, { upstream, retrievers, prompt, k = 1 }: ChatProxyOptions): Promise<Response> {
  const { signal } = c.req.raw;
  const body = parsed(chatBody, await jsonBody(c.req.raw), 'body');
  const asked = c.req.header(RETRIEVAL_HEADER);
  const last = asked === 'off' ? undefined : lastQuestion(body.messages);
  if (!last) return passed(await upstream.send('POST', '/chat/completions', JSON.stringify(body), signal), []);
  const [, retriever] = retrieverOf(retrievers, asked === 'on' ? undefined : asked);
  const traces = await retriever.search(last.question, { k, signal });
  const messages = withTraces(body.messages, last, traces, prompt);
  const sent = JSON.stringify({ ...body, messages });
  return passed(
    await upstream.send('POST', '/chat/completions', sent, signal),
    traces.map(({ id }) => id),
  );
}

/** Letters of an id that are told: clients give up on headers of many kilobytes. */
const MOST_LETTERS = 200;

function idText(id: string): string {
  return uriPart([...id].slice(0, MOST_LETTERS).join(''));
}

/** An answer as it came: its status, its kind, its pieces. No other header of the upstream's. */
function passed({ status, contentType, retryAfter, body }: UpstreamAnswer, ids?: readonly string[]): Response {
  if (status >= 300 && status < 400) {
    throw new RaRftError({
      code: 'llm',
      message: `the upstream server answers with status ${status}: redirects are not followed`,
      where: 'upstream',
    });
  }
  const headers = new Headers({ 'content-type': contentType });
  if (retryAfter !== null) headers.set('retry-after', retryAfter);
  if (ids) headers.set(TRACE_HEADER, ids.length === 0 ? 'none' : ids.map(idText).join(','));
  return new Response(body, { status, headers });
}
