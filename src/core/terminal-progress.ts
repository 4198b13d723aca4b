/** Progress for people: a bar with rate and time left on a terminal, plain lines in a file or pipe, nothing when quiet. */
import { silentTask, type Progress, type Task } from './progress.js';
import { RunningTask, type TaskView } from './running-task.js';
import { fitText } from './text-width.js';
import { visibleText } from './visible-text.js';

/** The part of a writable stream that is used; `process.stderr` fits. */
export interface ProgressStream {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

export interface TerminalProgressOptions {
  stream: ProgressStream;
  /** No bars and no news of tasks; lines are still written, since they warn. */
  quiet?: boolean;
  /** Clock in milliseconds; only for what is shown. */
  now?: () => number;
  /** Least time between two drawings of a bar. */
  redrawMs?: number;
  /** Least time between two plain lines of a task where the stream is no terminal. */
  plainMs?: number;
}

const barCells = 24;
const clearLine = '\r\x1b[2K';

/** A reporter for a stream. Bars are shown one at a time: that of the task started last. */
export function terminalProgress(options: TerminalProgressOptions): Progress {
  const { stream, quiet = false, now = () => performance.now(), redrawMs = 100, plainMs = 10_000 } = options;
  const live = stream.isTTY === true;
  const open: RunningTask[] = [];
  let drawn = false;
  let lastDraw = -Infinity;

  const writeLine = (text: string) => void stream.write(`${visibleText(text)}\n`);
  const clear = () => {
    if (drawn) stream.write(clearLine);
    drawn = false;
  };
  const draw = () => {
    const task = open.at(-1);
    if (!live || !task) return;
    stream.write(clearLine + fitText(taskText(task.view(now()), { bar: true }), widthOf(stream) - 1));
    drawn = true;
    lastDraw = now();
  };

  return {
    task(label, total, unit, alreadyDone = 0): Task {
      if (quiet) return silentTask;
      const task = new RunningTask(label, total, unit, alreadyDone, now());
      open.push(task);
      let lastLine = now();
      if (live) draw();
      else
        writeLine(
          `${label}: ${total > 0 ? `${grouped(total)} ${unit}` : 'started'}${alreadyDone > 0 ? `, ${grouped(alreadyDone)} done before` : ''}`,
        );
      return {
        update(done, note) {
          task.update(done, now());
          if (note !== undefined) task.note = note;
          if (live) {
            if (now() - lastDraw >= redrawMs) draw();
          } else if (now() - lastLine >= plainMs) {
            lastLine = now();
            writeLine(taskText(task.view(now()), { bar: false }));
          }
        },
        pause() {
          task.pause(now());
          return () => task.resume(now());
        },
        end(note) {
          const at = open.indexOf(task);
          if (at < 0) return;
          open.splice(at, 1);
          clear();
          writeLine(endText(task.whole(now()), note ?? task.note));
          draw();
        },
      };
    },
    line(text) {
      clear();
      writeLine(text);
      draw();
    },
  };
}

/** One line of a task under way: bar, count, rate, time left, note. */
export function taskText(task: TaskView, { bar }: { bar: boolean }): string {
  const parts: string[] = [];
  if (task.total > 0) {
    const share = Math.min(1, task.done / task.total);
    if (bar) parts.push(barText(share));
    parts.push(`${Math.floor(share * 100)}%`, `${grouped(task.done)}/${grouped(task.total)} ${task.unit}`);
  } else parts.push(`${grouped(task.done)} ${task.unit}`);
  if (task.rate !== undefined) {
    parts.push(rateText(task.rate, task.unit));
    if (task.total > task.done) parts.push(`${durationText(((task.total - task.done) / task.rate) * 1000)} left`);
  }
  if (task.note !== '') parts.push(task.note);
  return `${task.label}  ${parts.join('  ')}`;
}

function endText(task: TaskView, note: string): string {
  const facts = [`${grouped(task.done)} ${task.unit} in ${durationText(task.elapsedMs)}`];
  // Work that was there already is read in no time: a rate would say nothing.
  if (task.rate !== undefined && task.elapsedMs >= 1000) facts.push(rateText(task.rate, task.unit));
  if (note !== '') facts.push(note);
  return `${task.label}: ${facts.join(', ')}`;
}

function barText(share: number): string {
  const full = Math.round(share * barCells);
  return '█'.repeat(full) + '░'.repeat(barCells - full);
}

/** `42.1 pairs/s`, or `3.2 s/step` where it is slower than one a second. */
function rateText(rate: number, unit: string): string {
  if (rate >= 1) return `${rate >= 100 ? grouped(Math.round(rate)) : rate.toFixed(1)} ${unit}/s`;
  return `${(1 / rate).toFixed(1)} s/${unit.replace(/s$/, '')}`;
}

/** `7s`, `3m12s`, `2h05m`: short and never misleading by more than a unit. */
export function durationText(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return `${s}s`;
  if (s < 3600) return `${Math.floor(s / 60)}m${String(s % 60).padStart(2, '0')}s`;
  return `${Math.floor(s / 3600)}h${String(Math.floor((s % 3600) / 60)).padStart(2, '0')}m`;
}

function grouped(n: number): string {
  return n.toLocaleString('en-US', { maximumFractionDigits: 1 });
}

/** Columns of a terminal. Some say 0, or nothing, where they do not know. */
function widthOf({ columns }: ProgressStream): number {
  return columns !== undefined && columns > 0 ? columns : 80;
}
