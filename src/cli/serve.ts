/** `ra-rft serve`: a server until it is stopped. */
import { resolveConfig, type Config } from '../config/index.js';
import { RaRftError } from '../core/errors.js';
import { openRetrievers, pagesFolder, startServer, type TracePrompt } from '../serve/index.js';
import { exists } from '../core/missing.js';
import { openPage } from './open-page.js';
import { untilStopped, type CliContext } from './context.js';
import { failureText } from './failure.js';
import { ownCommand } from './own-command.js';
import { secretOf } from './secret.js';
import { packageVersion } from './version.js';
import { wholeNumber } from './whole-number.js';

export interface ServeVerbOptions {
  open?: boolean;
  retriever: string[];
  writable?: boolean;
  upstream?: string;
  upstreamKeyEnv?: string;
  allowHttp?: boolean;
  traces: string;
  config?: string;
  set: string[];
  host: string;
  port: string;
  tokenEnv?: string;
}

const UPSTREAM_TIMEOUT_MS = 600_000;

/** Where `ra-rft run` puts runs if nothing else is said. */
const OWN_RUNS = 'runs';

export async function serveVerb(
  asked: string | undefined,
  options: ServeVerbOptions,
  context: CliContext,
): Promise<void> {
  const runs = asked ?? ((await exists(OWN_RUNS)) ? OWN_RUNS : undefined);
  if (asked !== undefined && !(await exists(asked))) throw noRuns(asked);
  const { host, upstream } = options;
  const config = resolveConfig({ file: options.config, set: options.set });
  const port = wholeNumber('--port', options.port);
  const k = wholeNumber('--traces', options.traces, 1);
  const told = (error: unknown) => context.progress.line(failureText(error, context.verbose).trimEnd());
  const stopped = untilStopped(context);
  const server = await startServer({
    version: packageVersion(),
    host,
    port,
    token: secretOf(options.tokenEnv, '--token-env', 'this server'),
    retrievers: (own, signal) =>
      openRetrievers(
        {
          folders: options.retriever,
          writable: options.writable === true,
          progress: context.progress,
          onWarning: (text) => context.progress.line(`warning: ${text}`),
          signal,
        },
        own,
      ),
    math: config.math,
    runs,
    resumeCommand: ownCommand(),
    pages: runs === undefined && options.retriever.length === 0 ? undefined : await pagesFolder(),
    ...(upstream !== undefined && {
      chat: {
        upstream: {
          baseUrl: upstream,
          apiKey: secretOf(options.upstreamKeyEnv, '--upstream-key-env', '--upstream'),
          timeoutMs: UPSTREAM_TIMEOUT_MS,
          allowHttp: options.allowHttp === true,
        },
        prompt: promptOf(config),
        k,
      },
    }),
    told,
  });
  try {
    if ((await Promise.race([server.ready, stopped])) === 'stopped') return;
    context.out(`ready: ${server.url} (${server.url}/openapi.json has what it answers); Ctrl-C ends it`);
    if (options.open === true) await openPage(runs === undefined ? `${server.url}/#/retrieval` : server.url);
    await stopped;
  } finally {
    await server.close();
  }
}

const noRuns = (folder: string) =>
  new RaRftError({
    code: 'usage',
    message: `there is no folder ${folder}`,
    where: 'serve',
    expected: 'the folder of --runs of `ra-rft run`, whose folders are runs',
  });

/** How traces are shown, as in training; a conversation has no layout for plain text. */
function promptOf({ prompt }: Config): TracePrompt {
  const { layout, system, problemTemplate, solutionTemplate, referenceTemplate, hintTemplate } = prompt;
  if (layout === 'completion') {
    throw new RaRftError({
      code: 'config',
      message: 'the layout completion is plain text, and conversations are turns',
      where: 'prompt.layout',
      expected: 'chat-turn or user-turn',
    });
  }
  const templates = { system, problemTemplate, solutionTemplate, referenceTemplate, hintTemplate };
  return { layout: layout === 'auto' ? 'chat-turn' : layout, ...templates };
}
