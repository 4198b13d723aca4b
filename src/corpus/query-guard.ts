/** How a corpus stands to the queries it will serve: exclude lists, and an alarm for answers that could be copied. */
import { answerKey, type ExcludeList, type Problem, type Trace, type Twin } from '../data/index.js';
import type { QuerySummary } from './summary.js';

/** Counts the answers of a corpus by type, trace by trace; small enough for any corpus. */
export class AnswerCounts {
  private readonly counts = new Map<string, number>();
  /** Answers by trace, for those that some query may not see. */
  private readonly keys = new Map<string, string>();

  add(trace: Trace): void {
    for (const key of new Set([typed(trace.type, trace.answer), typed(undefined, trace.answer)])) {
      this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    }
    this.keys.set(trace.id, `${trace.type ?? ''}\n${answerKey(trace.answer)}`);
  }

  /** Traces that could be shown to a query and have its answer: of its type, or of any where it has none. */
  same(query: Pick<Problem, 'type' | 'answer'>, excluded: readonly string[]): number {
    const answer = answerKey(query.answer);
    const hidden = excluded.filter((id) => {
      const [type, key] = (this.keys.get(id) ?? '\n').split('\n');
      return key === answer && (query.type === undefined || query.type === type);
    });
    return (this.counts.get(typed(query.type, query.answer)) ?? 0) - hidden.length;
  }
}

function typed(type: string | undefined, answer: string): string {
  return `${type ?? '*'}\n${answerKey(answer)}`;
}

/** One list a query, in order: the trace of its own id and all of its twins. */
export function excludeLists(
  queries: readonly Problem[],
  twinsOf: (question: string) => Twin[],
  ids: ReadonlySet<string>,
): ExcludeList[] {
  return queries.map(({ id, question }) => {
    const twins = twinsOf(question).map(({ of }) => of);
    return { problemId: id, traceIds: [...new Set([...(ids.has(id) ? [id] : []), ...twins])] };
  });
}

/** The figures of the summary. */
export function querySummary(
  queries: readonly Problem[],
  lists: readonly ExcludeList[],
  answers: AnswerCounts,
): QuerySummary {
  const same = queries.map((query, i) => answers.same(query, lists[i]?.traceIds ?? []));
  return {
    queries: queries.length,
    excludedPairs: lists.reduce((sum, { traceIds }) => sum + traceIds.length, 0),
    queriesWithExclusions: lists.filter(({ traceIds }) => traceIds.length > 0).length,
    sameAnswerQueries: same.filter((count) => count > 0).length,
    sameAnswerPairs: same.reduce((a, b) => a + b, 0),
  };
}
