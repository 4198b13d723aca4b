/** Real pairs of a gold answer and the text of a right solution, where the data is there. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readJsonlAll } from '../../src/core/jsonl.js';
import type { AnswerPair } from '../../src/verify/index.js';

const folder = new URL('../../../shared/data/', import.meta.url);

/** Path of a shared data file; undefined, with a message, where it is missing. */
export function dataFile(name: string): string | undefined {
  const path = fileURLToPath(new URL(name, folder));
  if (existsSync(path)) return path;
  console.error(`left out: ${path} is missing`);
  return undefined;
}

/** The pairs of math/NAME.jsonl that have a solution, at most `limit` of them; undefined where the file is missing. */
export async function solutionPairs(name: string, limit = Infinity): Promise<AnswerPair[] | undefined> {
  const path = dataFile(`math/${name}.jsonl`);
  if (path === undefined) return undefined;
  const rows = await readJsonlAll<{ answer: string; solution?: string }>(path);
  return rows
    .flatMap(({ answer, solution }) => (solution === undefined ? [] : [{ gold: answer, response: solution }]))
    .slice(0, limit);
}
