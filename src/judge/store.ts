/** The labels file: append-only, one label a line, each key once. */
import { JsonlWriter, readJsonlAll } from '../core/jsonl.js';
import type { Label } from './types.js';

/** Appends the labels whose keys the file does not hold yet; returns how many those were. */
export async function appendLabels(path: string, labels: readonly Label[]): Promise<number> {
  const writer = await JsonlWriter.open(path);
  try {
    const known = new Set((await readJsonlAll<Label>(path)).map((label) => label.key));
    const fresh = labels.filter(({ key }) => !known.has(key) && known.add(key));
    await writer.appendAll(fresh);
    return fresh.length;
  } finally {
    await writer.close();
  }
}

/** All labels of a file in order. */
export function readLabels(path: string): Promise<Label[]> {
  return readJsonlAll<Label>(path);
}
