/** The pages of a run that is under way in this process: `ra-rft run --open`. */
import { RaRftError } from '../core/errors.js';
import { pagesFolder, startServer, type RunningServer } from '../serve/index.js';
import type { CliContext } from './context.js';
import { failureText } from './failure.js';
import { ownCommand } from './own-command.js';
import { packageVersion } from './version.js';

/** The port of `ra-rft serve`; any other where it is taken. */
const PORT = 8787;

/** Serves the pages of a folder of runs on this machine alone. Throws `usage` in a checkout that was never built. */
export async function servePages(runs: string, context: CliContext): Promise<RunningServer> {
  const pages = await pagesFolder();
  if (pages === undefined) {
    throw new RaRftError({
      code: 'usage',
      message: 'the pages are not built',
      where: '--open',
      hint: 'In a clone of the repository: npm run build.',
    });
  }
  const start = (port: number) =>
    startServer({
      version: packageVersion(),
      host: '127.0.0.1',
      port,
      retrievers: () => Promise.resolve(new Map()),
      runs,
      pages,
      resumeCommand: ownCommand(),
      told: (error) => context.progress.line(failureText(error, context.verbose).trimEnd()),
    });
  const server = await start(PORT).catch((error: unknown) => {
    if (error instanceof RaRftError && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'EADDRINUSE')
      return start(0);
    throw error;
  });
  await server.ready;
  return server;
}

/** The address of a run's page. */
export function runAddress(server: RunningServer, name: string): string {
  return `${server.url}/#/runs/${encodeURIComponent(name)}`;
}
