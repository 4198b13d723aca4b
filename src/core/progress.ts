/** Progress of long work: stages tell it how far they are, the command line decides how it looks. */

/** One task under way. `update` may be called as often as wanted; drawing is throttled by the reporter. */
export interface Task {
  /** Sets how much is done, with a short note to show beside it (`reward 0.42`). */
  update(done: number, note?: string): void;
  /** Other work begins, with a task of its own: the time until the returned function is called counts for no rate of this one. */
  pause(): () => void;
  /** Ends the task; `note` is its last word. */
  end(note?: string): void;
}

export interface Progress {
  /**
   * Starts a task of `total` units (`steps`, `pairs`, `problems`). `total` 0 means unknown. `alreadyDone` units come
   * from an earlier attempt: they fill the bar but count for no rate.
   */
  task(label: string, total: number, unit: string, alreadyDone?: number): Task;
  /** A line of its own that stays on the screen. */
  line(text: string): void;
}

/** The same progress with something before the labels of its tasks and its lines: for several works at the same time. */
export function labelled(progress: Progress, label: string): Progress {
  return {
    task: (name, ...more) => progress.task(label + name, ...more),
    line: (text) => progress.line(label + text),
  };
}

/** Says nothing. */
export const silentTask: Task = { update: () => {}, pause: () => () => {}, end: () => {} };

/** Says nothing: the default of every library function. */
export const silent: Progress = {
  task: () => silentTask,
  line: () => {},
};
