/** A running server: it listens at once, says that it is not ready, opens what it serves, and at its end closes all of it. */
import { ownedParts, type Own } from '../core/closing.js';
import { RaRftError } from '../core/errors.js';
import { openMathVerifier, type MathVerifierOptions } from '../verify/index.js';
import type { ServedRetriever, ServedRetrievers } from './api/retrieve.js';
import { Upstream, type UpstreamOptions } from './chat/upstream.js';
import type { TracePrompt } from './chat/with-trace.js';
import { isLoopbackAddress } from './http/access.js';
import { listen } from './http/listen.js';
import { readStaticFiles } from './http/static.js';
import type { ResumeCommand } from './runs/resume.js';
import { serviceApp } from './service.js';

export interface ServerOptions {
  version: string;
  host: string;
  /** 0: any that is free. */
  port: number;
  /** What callers must send; needed where `host` is not of this machine alone. */
  token?: string | undefined;
  /** Opens what is searched; `own` closes it with the server, and the signal ends it where the server is closed before. */
  retrievers: (own: Own, signal: AbortSignal) => Promise<ServedRetrievers>;
  math?: MathVerifierOptions;
  /** Conversations are sent on to it; without it there are none. */
  chat?: { upstream: UpstreamOptions; prompt: TracePrompt; k?: number | undefined } | undefined;
  /** Folder of the runs that are shown, and the folder of the pages that show them. */
  runs?: string | undefined;
  pages?: string | undefined;
  /** How a run goes on in a process of its own; without it runs cannot be resumed from the pages. */
  resumeCommand?: ResumeCommand | undefined;
  told: (error: unknown) => void;
}

export interface RunningServer {
  url: string;
  /** When it answers. Rejects, and has closed everything, where what it serves cannot be opened, or it was closed before. */
  ready: Promise<void>;
  close(): Promise<void>;
}

/** Throws `config` where it would be open to others without a token, `io` where the address cannot be had. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { host, port, token, chat, told, version } = options;
  const loopback = isLoopbackAddress(host);
  refuseOpenToAll(host, token);
  const pages = options.pages === undefined ? undefined : await readStaticFiles(options.pages);
  const parts = ownedParts();
  const retrievers = new Map<string, ServedRetriever>();
  let state: 'starting' | 'ready' | 'ending' = 'starting';
  /** Ends live streams; what is opened is ended by `unopened`, and only while it opens: searches under way are answered. */
  const ending = new AbortController();
  const unopened = new AbortController();
  const upstream = chat && parts.own(new Upstream(chat.upstream));
  const app = serviceApp({
    version,
    access: { loopback, token },
    retrievers,
    verifier: parts.own(openMathVerifier(options.math)),
    ...(chat && upstream && { chat: { upstream, prompt: chat.prompt, k: chat.k } }),
    runs: options.runs,
    resumeCommand: options.resumeCommand,
    own: parts.own,
    pages,
    ready: () => state === 'ready',
    ending: ending.signal,
    told,
  });
  const listening = await listen((request) => app.fetch(request), { host, port }).catch(async (error: unknown) => {
    await parts.close();
    throw error;
  });
  const opening = (async () => {
    for (const [name, one] of await options.retrievers(parts.own, unopened.signal)) retrievers.set(name, one);
    unopened.signal.throwIfAborted();
    state = 'ready';
  })();
  let closing: Promise<void> | undefined;
  const close = () =>
    (closing ??= (async () => {
      if (state === 'starting')
        unopened.abort(new DOMException('the server was closed before it was ready', 'AbortError'));
      state = 'ending';
      ending.abort();
      ready.catch(() => undefined); // who closes it does not wait for it
      await opening.catch(() => undefined); // after it nothing is opened any more
      await listening.close();
      await parts.close();
    })());
  const ready = opening.catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return { url: listening.url, ready, close };
}

/** Throws `config` where an address is open to other machines and no token is asked for. */
export function refuseOpenToAll(host: string, token: string | undefined): void {
  if (isLoopbackAddress(host) || token !== undefined) return;
  throw new RaRftError({
    code: 'config',
    message: `on ${host} anyone who reaches this machine could use the server`,
    where: '--host',
    expected: '127.0.0.1, or --token-env with the variable that holds a token',
  });
}
