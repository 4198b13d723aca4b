/** Exclude lists: which traces a problem is never shown or paired with, as a file that a person can read and change. */
import { RaRftError } from '../core/errors.js';
import { readJsonl } from '../core/jsonl.js';

/** A line of exclude.jsonl. */
export interface ExcludeList {
  problemId: string;
  /** Traces of the problem itself, of its near-duplicates, or whatever else must not help it. */
  traceIds: readonly string[];
}

/** Lists by problem, as `TraceGuard` takes them. */
export type ExcludeLists = ReadonlyMap<string, ReadonlySet<string>>;

/** Reads a file of lists; several of one problem add up. Throws `data` at a line of another form. */
export async function readExcludeLists(path: string): Promise<ExcludeLists> {
  const lists = new Map<string, Set<string>>();
  for await (const { line, value } of readJsonl<Partial<ExcludeList>>(path)) {
    const { problemId, traceIds } = value;
    if (typeof problemId !== 'string' || !Array.isArray(traceIds) || traceIds.some((id) => typeof id !== 'string')) {
      throw new RaRftError({
        code: 'data',
        message: 'not an exclude list',
        where: `${path}:${line}`,
        expected: '{"problemId": "...", "traceIds": ["...", ...]}',
      });
    }
    const list = lists.get(problemId) ?? new Set();
    for (const id of traceIds as string[]) list.add(id);
    lists.set(problemId, list);
  }
  return lists;
}

/** The lists as lines of a file, as {@link readExcludeLists} reads them. */
export function excludeListLines(lists: ExcludeLists): ExcludeList[] {
  return [...lists].map(([problemId, traceIds]) => ({ problemId, traceIds: [...traceIds] }));
}
