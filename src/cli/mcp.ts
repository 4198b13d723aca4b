/** `ra-rft mcp`: worked examples for agents, until stdin ends or it is stopped. */
import { once } from 'node:events';
import { OutcomeLog, type WorkedExamples } from '../agents/index.js';
import { ownedParts, type Own } from '../core/closing.js';
import { RaRftError } from '../core/errors.js';
import { isLoopbackAddress, listen, openRetrievers, refuseOpenToAll } from '../serve/index.js';
import { openUnlessStopped, untilStopped, type CliContext } from './context.js';
import { secretOf } from './secret.js';
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
  const token = secretOf(tokenEnv, '--token-env', 'this server');
  if (port !== undefined) refuseOpenToAll(host, token);
  const [{ mcpServer }, { mcpApp }, { StdioServerTransport }] = await mcpModules();
  const stopped = untilStopped(context);
  const parts = ownedParts();
  const { own } = parts;
  try {
    const examples = await openUnlessStopped(stopped, (signal) => openExamples(options, context, own, signal));
    if (!examples) return;
    const version = packageVersion();
    if (port === undefined) {
      await own(mcpServer(examples, { version })).connect(new StdioServerTransport());
      await Promise.race([stopped, once(process.stdin, 'end')]);
    } else {
      const app = mcpApp(examples, { version, loopback: isLoopbackAddress(host), token });
      const { url } = own(await listen((request) => app.fetch(request), { host, port }));
      context.out(`ready: ${url}/mcp`);
      await stopped;
    }
  } finally {
    await parts.close();
  }
}

/** What needs the protocol's library, an optional peer: told before anything is opened. */
async function mcpModules() {
  try {
    return await Promise.all([
      import('../agents/mcp.js'),
      import('../agents/mcp-http.js'),
      import('@modelcontextprotocol/sdk/server/stdio.js'),
    ]);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new RaRftError({
      code: 'usage',
      message: 'the library of the protocol is not installed',
      where: 'ra-rft mcp',
      expected: '@modelcontextprotocol/sdk beside this package',
      hint: 'npm install @modelcontextprotocol/sdk',
      cause,
    });
  }
}

async function openExamples(
  { retriever, writable = false, outcomes }: McpVerbOptions,
  { progress }: CliContext,
  own: Own,
  signal: AbortSignal,
): Promise<WorkedExamples> {
  const onWarning = (text: string) => progress.line(`warning: ${text}`);
  const opened = await openRetrievers({ folders: [retriever], writable, progress, onWarning, signal }, own);
  const [first] = opened.values();
  if (!first) throw new RaRftError({ code: 'internal', message: `no retriever was opened in ${retriever}` });
  const { change } = first;
  return {
    search: (question, options) => first.search(question, options),
    ...(change && { add: (traces) => change.add(traces) }),
    ...(outcomes !== undefined && { outcomes: own(await OutcomeLog.open(outcomes)) }),
  };
}
