/** Stopping a run: its process gets the signal of Ctrl-C, and ends as it does there. */
import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { RaRftError } from '../../core/errors.js';
import { lockOwner } from '../../core/run-lock.js';
import { runPaths } from '../../runs/index.js';

/** Signals the process that holds the run's lock. Throws `run-folder` where none does, or it is of another machine. */
export async function stopRun(root: string): Promise<{ pid: number }> {
  const { lock } = runPaths(root);
  const owner = await lockOwner(lock);
  if (!owner) throw notStopped(root, 'no process is at work in this run', 'a run that is running');
  const { pid, host } = owner;
  if (host !== hostname())
    throw notStopped(root, `process ${pid} runs on ${host}`, `a run of this machine, ${hostname()}`);
  if (pid === process.pid) {
    // This server's own process: it answers first.
    void setTimeout(100).then(() => process.kill(pid, 'SIGINT'));
  } else process.kill(pid, 'SIGINT');
  return { pid };
}

function notStopped(where: string, message: string, expected: string): RaRftError {
  return new RaRftError({ code: 'run-folder', message, where, expected });
}
