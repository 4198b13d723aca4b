/** The labels file: append-only, one label a line, each key once. */
import { RaRftError } from '../core/errors.js';
import { JsonlWriter, readJsonl, readJsonlAll } from '../core/jsonl.js';
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

/** All labels of a file in order. A person may have edited it: throws `data` with file and line at what is no label. */
export async function readLabels(path: string): Promise<Label[]> {
  const labels: Label[] = [];
  for await (const { line, value } of readJsonl<Label>(path)) {
    if (!isLabel(value)) throw noLabel(`${path}:${line}`);
    labels.push(value);
  }
  return labels;
}

function isLabel(value: unknown): boolean {
  if (value === null || typeof value !== 'object') return false;
  const { problemId, traceId, relevant, failed, score } = value as Record<string, unknown>;
  const decided = typeof relevant === 'boolean' && (score === undefined || Number.isFinite(score));
  return typeof problemId === 'string' && typeof traceId === 'string' && (decided || typeof failed === 'string');
}

function noLabel(where: string): RaRftError {
  return new RaRftError({
    code: 'data',
    message: 'not a label',
    where,
    expected:
      '{"problemId": "...", "traceId": "...", "judge": "...", "key": "...", "relevant": true or false}, or "failed" with a reason instead of "relevant"',
    hint: 'Mend or remove the line.',
  });
}
