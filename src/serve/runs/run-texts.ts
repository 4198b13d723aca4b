/** Problems and traces of a run by id, read from its data until all that are asked for are found. */
import { readJsonl, readJsonlAll } from '../../core/jsonl.js';
import { exists } from '../../core/missing.js';
import type { Problem, Trace } from '../../data/index.js';
import { runPaths } from '../../runs/index.js';

/** Test problems go before training problems of the same id. */
export function problemsById(root: string, ids: Iterable<string>): Promise<Map<string, Problem>> {
  const { problems } = runPaths(root);
  return linesById<Problem>([problems('test'), problems('train')], new Set(ids));
}

export function tracesById(root: string, ids: Iterable<string>): Promise<Map<string, Trace>> {
  return linesById<Trace>([runPaths(root).corpus], new Set(ids));
}

/** None where the run has no such file. */
export async function testProblems(root: string): Promise<Problem[]> {
  const path = runPaths(root).problems('test');
  return (await exists(path)) ? readJsonlAll<Problem>(path) : [];
}

/** The questions of all problems. */
export async function allQuestions(root: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const set of ['train', 'test'] as const) {
    const path = runPaths(root).problems(set);
    if (!(await exists(path))) continue;
    for await (const { value } of readJsonl<Problem>(path)) found.set(value.id, value.question);
  }
  return found;
}

async function linesById<T extends { id: string }>(
  paths: readonly string[],
  ids: ReadonlySet<string>,
): Promise<Map<string, T>> {
  const found = new Map<string, T>();
  for (const path of paths) {
    if (found.size === ids.size) break;
    if (!(await exists(path))) continue;
    for await (const { value } of readJsonl<T>(path)) {
      if (ids.has(value.id) && !found.has(value.id)) found.set(value.id, value);
      if (found.size === ids.size) break;
    }
  }
  return found;
}
