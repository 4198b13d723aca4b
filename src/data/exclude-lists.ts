/** Exclude lists: which traces a problem is never shown or paired with, as a file that a person can read and change. */
import { RaRftError } from '../core/errors.js';
import { readField } from './fields.js';
import { readRecords } from './records.js';

/** A line of exclude.jsonl. */
export interface ExcludeList {
  problemId: string;
  /** Traces of the problem itself, of its near-duplicates, or whatever else must not help it. */
  traceIds: readonly string[];
}

/** Lists by problem, as `TraceGuard` takes them. */
export type ExcludeLists = ReadonlyMap<string, ReadonlySet<string>>;

/** Reads a file of lists; several of one problem add up. Throws `io`, and `data` at a line of another form. */
export async function readExcludeLists(path: string): Promise<ExcludeLists> {
  const lists = new Map<string, Set<string>>();
  for await (const found of readRecords(path)) {
    const line = 'record' in found ? listOf(found.record) : undefined;
    if (!line) {
      throw new RaRftError({
        code: 'data',
        message: 'problem' in found ? found.problem : 'not an exclude list',
        where: found.where,
        expected: '{"problemId": "...", "traceIds": ["...", ...]}',
      });
    }
    const list = lists.get(line.problemId) ?? new Set();
    for (const id of line.traceIds) list.add(id);
    lists.set(line.problemId, list);
  }
  return lists;
}

/** Ids may be numbers, as they may in data files. */
function listOf(record: Record<string, unknown>): ExcludeList | undefined {
  const problem = readField(record, 'problemId');
  const traces = record['traceIds'];
  if (!('text' in problem) || !Array.isArray(traces)) return undefined;
  const ids = traces.map((id) => readField({ id }, 'id'));
  const traceIds = ids.flatMap((id) => ('text' in id ? [id.text] : []));
  return traceIds.length === ids.length ? { problemId: problem.text, traceIds } : undefined;
}

/** The lists as lines of a file, as {@link readExcludeLists} reads them. */
export function excludeListLines(lists: ExcludeLists): ExcludeList[] {
  return [...lists].map(([problemId, traceIds]) => ({ problemId, traceIds: [...traceIds] }));
}
