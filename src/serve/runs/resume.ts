/** Going on with a run that stopped, in a process of its own that outlives this one. */
import { spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { RaRftError } from '../../core/errors.js';
import { lockOwner } from '../../core/run-lock.js';
import { runPaths } from '../../runs/index.js';

/** Program and first arguments of `ra-rft`, to which the verb is added. */
export type ResumeCommand = readonly [string, ...string[]];

/** How long it may take until the process has the run's lock. */
const START_MS = 60_000;
const LOOK_MS = 200;

/**
 * Starts `ra-rft run` on the folder with its own config.yaml, its output appended to run.log, and waits until it is at work. Throws
 * `run-folder` where a process is at work already, or where the new one ends before it is, with what it said.
 */
export async function resumeRun(root: string, [program, ...first]: ResumeCommand): Promise<{ pid: number }> {
  const { lock, log } = runPaths(root);
  const owner = await lockOwner(lock);
  if (owner)
    throw notResumed(root, `process ${owner.pid} on ${owner.host} is at work in this run`, 'a run that has stopped');
  const file = await open(log, 'a');
  try {
    const { size } = await file.stat();
    const args = [...first, 'run', '--runs', dirname(root), '--name', basename(root)];
    const child = spawn(program, args, { detached: true, stdio: ['ignore', file.fd, file.fd] });
    child.unref();
    // What little is left of a run may be done before anybody looks.
    const ended = new Promise<string | undefined>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(code === 0 ? undefined : `it ended with ${signal ?? code}`));
    });
    const looking = new AbortController();
    const why = await Promise.race([ended, atWork(lock, child.pid, looking.signal)]);
    looking.abort();
    if (why === undefined) return { pid: child.pid as number };
    const said = (await readFile(log)).subarray(size).toString('utf8').trim().slice(-1000);
    throw notResumed(root, `the run does not go on: ${said === '' ? why : said}`, 'a run that can go on');
  } finally {
    await file.close();
  }
}

/** Undefined once the process holds the lock; else that it does not. */
async function atWork(lock: string, pid: number | undefined, signal: AbortSignal): Promise<string | undefined> {
  for (let waited = 0; waited < START_MS && !signal.aborted; waited += LOOK_MS) {
    if (pid !== undefined && (await lockOwner(lock))?.pid === pid) return undefined;
    await setTimeout(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
  return `process ${pid} is not at work after ${START_MS / 1000} s`;
}

function notResumed(where: string, message: string, expected: string): RaRftError {
  return new RaRftError({ code: 'run-folder', message, where, expected });
}
