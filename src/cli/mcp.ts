/** `ra-rft mcp`: worked examples for agents, until stdin ends or it is stopped. */
import { OutcomeLog, type WorkedExamples } from '../agents/index.js';
import { llmApiKey } from '../config/index.js';
import { openWhole, closeAll, type Open } from '../core/closing.js';
import { RaRftError } from '../core/errors.js';
import { isLoopbackAddress, listen, openRetrievers, refuseOpenToAll } from '../serve/index.js';
import type { CliContext } from './context.js';
import { packageVersion } from './version.js';
import { wholeNumber } from './whole-number.js';

export interface McpVerbOptions {
  retriever: string;
  writable?: boolean;
  outcomes?: string;
  port?: string;
  host: string;
  tokenEnv?: string;
}

export async function mcpVerb(options: McpVerbOptions, context: CliContext): Promise<void> {
  const { host, outcomes, tokenEnv } = options;
  const port = options.port === undefined ? undefined : wholeNumber('--port', options.port);
  const tokenPlace = { where: '--token-env', url: 'this server', code: 'config' } as const;
  const token = llmApiKey(tokenEnv ?? null, undefined, tokenPlace);
  if (port !== undefined) refuseOpenToAll(host, token);
  const stopped = context.untilStopped?.() ?? new AbortController().signal;
  const parts: Open[] = [];
  await openWhole(async (own) => {
    const keep: typeof own = (part) => {
      parts.push(part);
      return own(part);
    };
    const log = outcomes === undefined ? undefined : keep(await OutcomeLog.open(outcomes));
    const { progress } = context;
    const onWarning = (text: string) => progress.line(`warning: ${text}`);
    const folders = [options.retriever];
    const served = await openRetrievers({ folders, writable: options.writable === true, progress, onWarning }, keep);
    const [first] = served.values();
    if (!first) throw new RaRftError({ code: 'usage', message: 'there is no retriever', where: '--retriever' });
    const { change } = first;
    const examples: WorkedExamples = {
      search: (question, find) => first.search(question, find),
      ...(change && { add: (traces) => change.add(traces, stopped) }),
      outcomes: log,
    };
    const version = packageVersion();
    if (port === undefined) keep({ close: await overStdio(examples, version) });
    else {
      const { mcpApp } = await import('../agents/mcp-http.js');
      const app = mcpApp(examples, { version, loopback: isLoopbackAddress(host), token });
      const { url } = keep(await listen((request) => app.fetch(request), { host, port }));
      context.out(`ready: ${url}/mcp`);
    }
  });
  await new Promise<void>((resolve) => {
    if (stopped.aborted) resolve();
    stopped.addEventListener('abort', () => resolve(), { once: true });
    if (port === undefined) process.stdin.once('end', resolve);
  });
  await closeAll(parts.toReversed());
}

async function overStdio(examples: WorkedExamples, version: string): Promise<() => Promise<void>> {
  const [{ mcpServer }, { StdioServerTransport }] = await Promise.all([
    import('../agents/mcp.js'),
    import('@modelcontextprotocol/sdk/server/stdio.js'),
  ]);
  const server = mcpServer(examples, { version });
  await server.connect(new StdioServerTransport());
  return () => server.close();
}
