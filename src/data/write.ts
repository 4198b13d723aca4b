/** Writes problems and traces as JSONL, whole or not at all. */
import { writeFileAtomic } from '../core/files.js';
import { jsonlText } from '../core/jsonl.js';

/** One JSON object a line, ending in a newline; what {@link loadProblems} and {@link loadTraces} read without a mapping. */
export async function writeJsonl(path: string, values: readonly unknown[]): Promise<void> {
  await writeFileAtomic(path, jsonlText(values));
}
