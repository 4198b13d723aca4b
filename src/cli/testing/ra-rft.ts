/** The command line in this process, for tests. */
import { runCommandLine } from '../command-line.js';

/** Runs `ra-rft ARGS`; what it printed, and its exit code. */
export async function raRft(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const text = { out: '', err: '' };
  const into = (name: 'out' | 'err') => ({ write: (part: string) => (text[name] += part) });
  const code = await runCommandLine(args, { out: into('out'), err: into('err') });
  return { code, ...text };
}
