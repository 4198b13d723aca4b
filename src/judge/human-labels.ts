/** Labels of persons as the pages keep them: append-only, each with who said it and when. Pure. */
import type { PERSON } from './audit.js';

/** Their file in a run folder. */
export const HUMAN_LABELS = 'human-labels.jsonl';

/** A line: what a person says of a pair, or that the person takes it back. The last line of a person on a pair counts. */
export interface HumanLabel {
  problemId: string;
  traceId: string;
  judge: typeof PERSON;
  /** Content hash of the two texts that were shown. */
  key: string;
  /** Null where the person cannot tell. */
  relevant: boolean | null;
  who: string;
  /** ISO 8601. */
  time: string;
  /** The answer before it is taken back. */
  undone?: true;
}

/** The answers that stand, in the order in which they were given; of one person where `who` is said. */
export function standingAnswers(lines: readonly HumanLabel[], who?: string): HumanLabel[] {
  const standing = new Map<string, HumanLabel>();
  for (const line of lines) {
    if (who !== undefined && line.who !== who) continue;
    const at = JSON.stringify([line.who, line.key]);
    standing.delete(at);
    if (line.undone !== true) standing.set(at, line);
  }
  return [...standing.values()];
}
