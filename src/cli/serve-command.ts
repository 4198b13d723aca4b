/** How the verbs `serve` and `mcp` are declared. */
import { each, type Build } from './build.js';
import type { McpVerbOptions } from './mcp.js';
import type { ServeVerbOptions } from './serve.js';

export function addServe({ program, context }: Build): void {
  program
    .command('serve')
    .argument('[runs]', 'folder of the runs that the pages show; ./runs where it is there')
    .description(
      'Serve pages that show runs, and retrievers, the verifier and conversations with retrieved traces over HTTP, until it is stopped (docs/serve.md).',
    )
    .option('--open', 'open the pages in the browser')
    .option('--retriever <folder>', 'a retriever or a run, NAME=FOLDER names it; may be repeated', each, [])
    .option('--writable', 'traces may be added to retrievers and removed; not to those of runs')
    .option('--upstream <url>', 'OpenAI-compatible server that conversations are sent on to, up to and with /v1')
    .option('--upstream-key-env <name>', 'environment variable with its key')
    .option('--allow-http', 'plain http to an upstream server on another machine')
    .option('--traces <number>', 'traces put into a conversation', '1')
    .option('--config <file>', 'YAML file whose sections prompt and math say how traces are shown and answers compared')
    .option('--set <key=value>', 'set one key of it; may be repeated', each, [])
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on; 0 is any that is free', '8787')
    .option('--token-env <name>', 'environment variable with the token that callers must send')
    .action(async (runs: string | undefined, options: ServeVerbOptions) => {
      const { serveVerb } = await import('./serve.js');
      await serveVerb(runs, options, context());
    });
  program
    .command('mcp')
    .description('Serve worked examples to agents by the Model Context Protocol, on stdin and stdout (docs/agents.md).')
    .requiredOption('--retriever <folder>', 'a retriever, or a run')
    .option('--writable', 'agents may add examples; not to the retriever of a run')
    .option('--outcomes <file>', 'JSONL to which agents report what helped: labels for the next training')
    .option('--port <number>', 'HTTP at /mcp instead of stdin and stdout; 0 is any port that is free')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--token-env <name>', 'environment variable with the token that callers over HTTP must send')
    .action(async (options: McpVerbOptions) => {
      const { mcpVerb } = await import('./mcp.js');
      await mcpVerb(options, context());
    });
}
