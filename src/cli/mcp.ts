/** `ra-rft mcp`: worked examples for agents, until stdin ends or it is stopped. */
import { once } from 'node:events';
import { OutcomeLog, type WorkedExamples } from '../agents/index.js';
import { llmApiKey } from '../config/index.js';
import { closeAll, type Open, type Own } from '../core/closing.js';
import { RaRftError } from '../core/errors.js';
import { isLoopbackAddress, listen, openRetrievers, refuseOpenToAll } from '../serve/index.js';
import { untilStopped, type CliContext } from './context.js';
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
  const { host, tokenEnv } = options;
  const port = options.port === undefined ? undefined : wholeNumber('--port', options.port);
  const tokenPlace = { where: '--token-env', url: 'this server', code: 'config' } as const;
  const token = llmApiKey(tokenEnv ?? null, undefined, tokenPlace);
  if (port !== undefined) refuseOpenToAll(host, token);
  const stopped = untilStopped(context);
  const parts: Open[] = [];
  const own: Own = (part) => {
    parts.push(part);
    return part;
  };
  try {
    const examples = await openExamples(options, context, own);
    const version = packageVersion();
    if (port === undefined) {
      const { StdioServerTransport } = await import('@modelcontextprotocol/sdk/server/stdio.js');
      const { mcpServer } = await import('../agents/mcp.js');
      await own(mcpServer(examples, { version })).connect(new StdioServerTransport());
      await Promise.race([stopped, once(process.stdin, 'end')]);
    } else {
      const { mcpApp } = await import('../agents/mcp-http.js');
      const app = mcpApp(examples, { version, loopback: isLoopbackAddress(host), token });
      const { url } = own(await listen((request) => app.fetch(request), { host, port }));
      context.out(`ready: ${url}/mcp`);
      await stopped;
    }
  } finally {
    await closeAll(parts.toReversed());
  }
}

async function openExamples(
  { retriever, writable = false, outcomes }: McpVerbOptions,
  { progress }: CliContext,
  own: Own,
): Promise<WorkedExamples> {
  const onWarning = (text: string) => progress.line(`warning: ${text}`);
  const [first] = (await openRetrievers({ folders: [retriever], writable, progress, onWarning }, own)).values();
  if (!first) throw new RaRftError({ code: 'internal', message: `no retriever was opened in ${retriever}` });
  const { change } = first;
  return {
    search: (question, options) => first.search(question, options),
    ...(change && { add: (traces) => change.add(traces) }),
    ...(outcomes !== undefined && { outcomes: own(await OutcomeLog.open(outcomes)) }),
  };
}
