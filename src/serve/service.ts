/** The services of a server as one application: retrieval, verification, conversations, and what tells how it is. */
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Own } from '../core/closing.js';
import type { MathVerifier } from '../verify/index.js';
import { mount } from './api/endpoint.js';
import { openApi } from './api/openapi.js';
import { retrievalEndpoints, type ServedRetrievers } from './api/retrieve.js';
import { verifyEndpoint } from './api/verify.js';
import { mountChat, type ChatProxyOptions } from './chat/proxy.js';
import { access, type AccessRules } from './http/access.js';
import { failure, refusal } from './http/answers.js';
import { mountStatic, type StaticFiles } from './http/static.js';
import { ServeMetrics } from './metrics.js';
import type { ResumeCommand } from './runs/resume.js';
import { runEndpoints } from './runs/endpoints.js';

export interface ServiceOptions {
  version: string;
  access: Omit<AccessRules, 'open'>;
  retrievers: ServedRetrievers;
  verifier: Pick<MathVerifier, 'verifyPairs'>;
  chat?: Omit<ChatProxyOptions, 'retrievers'> | undefined;
  /** Folder of the runs that are shown. */
  runs?: string | undefined;
  /** How a run of it goes on in a process of its own; without it runs cannot be resumed from the pages. */
  resumeCommand?: ResumeCommand | undefined;
  /** The pages that show them; they hold no data, so they need no token. */
  pages?: StaticFiles | undefined;
  /** Closes with the server what is opened for runs. */
  own: Own;
  /** Whether all that it needs is open, and it is not about to end. */
  ready: () => boolean;
  /** Aborts when it is about to end. */
  ending: AbortSignal;
  /** Gets what failed and is not told to callers. */
  told: (error: unknown) => void;
  /** Longest body. Default 16 MiB: 64 responses of 32,768 tokens are about half of it. */
  maxBodyBytes?: number;
}

const HEALTH = '/healthz';

export function serviceApp({
  version,
  retrievers,
  verifier,
  chat,
  ready,
  ending,
  told,
  ...options
}: ServiceOptions): Hono {
  const { runs, pages = new Map() } = options;
  const app = new Hono();
  const metrics = new ServeMetrics(() => [...retrievers].map(([name, { size }]) => [name, size] as const));
  const endpoints = [
    ...retrievalEndpoints(retrievers),
    verifyEndpoint(verifier),
    ...(runs === undefined ? [] : runEndpoints(runs, options)),
  ];
  app.use(metrics.count());
  app.use(access({ ...options.access, open: [HEALTH, ...pages.keys()] }));
  app.get(HEALTH, (c) => c.json({ ready: ready() }, ready() ? 200 : 503));
  mountStatic(app, pages);
  app.use(async (c, next) => {
    if (ready()) return next();
    c.header('retry-after', '1');
    return refusal(c, 503, {
      message: 'the server is starting or ending',
      hint: `GET ${HEALTH} says when it is ready.`,
    });
  });
  app.use(
    bodyLimit({
      maxSize: options.maxBodyBytes ?? 16 * 2 ** 20,
      onError: (c) => refusal(c, 413, { message: 'the body is too large' }),
    }),
  );
  app.get('/metrics', async (c) =>
    c.text(await metrics.registry.metrics(), 200, { 'content-type': metrics.registry.contentType }),
  );
  app.get('/openapi.json', (c) => c.json(openApi(endpoints, { version })));
  mount(app, endpoints, { ending, told });
  if (chat) mountChat(app, { ...chat, retrievers });
  app.notFound((c) => refusal(c, 404, { message: `nothing is at ${c.req.method} ${c.req.path}` }));
  app.onError((error, c) => failure(c, error, told));
  return app;
}
