/** Writes problems and traces as JSONL, whole or not at all. */
import { writeJsonlAtomic } from '../core/jsonl.js';

/** One JSON object a line, ending in a newline; what {@link loadProblems} and {@link loadTraces} read without a mapping. */
export async function writeJsonl(path: string, values: readonly unknown[]): Promise<void> {
  await writeJsonlAtomic(path, values);
}
