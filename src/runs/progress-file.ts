/** What a run is at, in a file beside its lock: for the pages, which another process serves. Gone when the run has ended or failed. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { Progress, Task } from '../core/progress.js';
import { besideName } from '../core/files.js';
import { ignoreMissing } from '../core/missing.js';
import { RunningTask, type TaskView } from '../core/running-task.js';

/** Least time between two writings: a person looks at it, no result is made from it. */
const WRITE_MS = 1000;

/** One task of progress.json. `rate` is in units a second, of late; null until it is known. */
export interface TaskProgress extends Omit<TaskView, 'rate' | 'elapsedMs'> {
  rate: number | null;
  seconds: number;
}

export interface KeptProgress extends Progress {
  /** Removes the file. */
  close(): Promise<void>;
}

/** The same progress, kept in the file at `path` too. A file that cannot be written stops nothing. */
export function keepProgress(path: string, inner: Progress): KeptProgress {
  const open = new Set<RunningTask>();
  let timer: NodeJS.Timeout | undefined;
  let written = Promise.resolve();
  let last = -Infinity;
  const write = () => {
    timer = undefined;
    last = performance.now();
    const tasks = [...open].map((task) => told(task.view(last)));
    const text = JSON.stringify({ time: new Date().toISOString(), tasks });
    written = written.then(() => replaceFile(path, `${text}\n`)).catch(() => {});
  };
  const changed = () => {
    timer ??= setTimeout(write, Math.max(0, WRITE_MS - (performance.now() - last))).unref();
  };
  return {
    line: (text) => inner.line(text),
    task(label, total, unit, alreadyDone = 0): Task {
      const shown = inner.task(label, total, unit, alreadyDone);
      const task = new RunningTask(label, total, unit, alreadyDone, performance.now());
      open.add(task);
      changed();
      return {
        update(done, note) {
          shown.update(done, note);
          task.update(done, performance.now());
          if (note !== undefined) task.note = note;
          changed();
        },
        pause() {
          task.pause(performance.now());
          const resumeShown = shown.pause();
          return () => {
            task.resume(performance.now());
            resumeShown();
          };
        },
        end(note) {
          shown.end(note);
          open.delete(task);
          changed();
        },
      };
    },
    async close() {
      clearTimeout(timer);
      await written;
      await rm(path, { force: true });
    },
  };
}

/** Tasks under way, the one begun last at the end; none where no process keeps them. */
export async function readProgress(path: string): Promise<TaskProgress[]> {
  return (await readKept(path))?.tasks ?? [];
}

/** When a run was last heard of whose process was killed, and forgets that; undefined where it ended by itself. */
export async function takeProgressTime(path: string): Promise<string | undefined> {
  const kept = await readKept(path);
  await rm(path, { force: true });
  return kept?.time;
}

async function readKept(path: string): Promise<{ time?: string; tasks: TaskProgress[] } | undefined> {
  const text = await readFile(path, 'utf8').catch(ignoreMissing);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as { time?: string; tasks: TaskProgress[] };
  } catch {
    return undefined; // a crash of the machine tore it
  }
}

/** Whole or absent for readers; not flushed, since nothing is lost with it. */
async function replaceFile(path: string, text: string): Promise<void> {
  const whole = besideName(path, 'tmp');
  await writeFile(whole, text);
  await rename(whole, path);
}

function told({ rate, elapsedMs, ...task }: TaskView): TaskProgress {
  return { ...task, rate: rate ?? null, seconds: Math.round(elapsedMs / 1000) };
}
