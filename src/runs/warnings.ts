/** Warnings of a run: what does not stop it but may spoil its result. Shown while it runs, kept for its report. */
import type { Progress } from '../core/progress.js';
import type { RunFolder } from './run-folder.js';

export interface RunWarning {
  /** Name of the kind, for programs (`no-mixed-group`). */
  code: string;
  /** The arm, stage or file it is about; a later warning of the same code and place takes this one's place. */
  where: string;
  /** One sentence, and what to do. */
  text: string;
}

const kind = 'warning';

/** Shows a warning and keeps it in events.jsonl. */
export async function warn(run: RunFolder, progress: Progress, warning: RunWarning): Promise<void> {
  progress.line(warningText(warning));
  await run.event(kind, { ...warning });
}

/** `warning: grpo: no group ...`. */
export function warningText({ where, text }: RunWarning): string {
  return `warning: ${where}: ${text}`;
}

/** The warnings among the lines of events.jsonl: of each code and place the last, in the order of the first. */
export function warningsAmong(events: readonly { kind: string }[]): RunWarning[] {
  const warnings = new Map<string, RunWarning>();
  for (const event of events) {
    if (event.kind !== kind) continue;
    const { code, where, text } = event as unknown as RunWarning;
    warnings.set(JSON.stringify([code, where]), { code, where, text });
  }
  return [...warnings.values()];
}
