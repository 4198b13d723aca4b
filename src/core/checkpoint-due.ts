/** A step may take a second or minutes: with time as a measure beside steps, a crash never loses more than this and one step. */
const MOST_MS = 5 * 60_000;

/** Says when a checkpoint is due. */
export interface CheckpointClock {
  /** Every so many steps, and at any step five minutes after the last checkpoint. */
  isDue(step: number): boolean;
  /** To be called once a checkpoint has been saved, so that the time it took is none of the minutes. */
  saved(): void;
}

/** Begins now; `now` gives milliseconds. What is due has no part in what is learned: a training that goes on from any step ends the same. */
export function checkpointClock(everySteps: number, now: () => number = () => performance.now()): CheckpointClock {
  let savedMs = now();
  return {
    isDue: (step) => step % everySteps === 0 || now() - savedMs >= MOST_MS,
    saved: () => void (savedMs = now()),
  };
}
