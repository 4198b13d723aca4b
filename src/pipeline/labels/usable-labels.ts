/** Labels as a file has them, less those that nothing may be learnt from. A person may have edited the file. */
import type { Problem, Trace, TraceGuard } from '../../data/index.js';
import type { Label } from '../../judge/index.js';

export interface UsableLabels {
  labels: Label[];
  /** Labels left out, by reason. */
  leftOut: ReadonlyMap<string, number>;
}

/** Leaves out labels of problems and traces that are not there, and of pairs that must not meet in training. */
export function usableLabels(
  labels: readonly Label[],
  { problems, traces, guard }: { problems: readonly Problem[]; traces: readonly Trace[]; guard: TraceGuard },
): UsableLabels {
  const problemOf = new Map(problems.map((problem) => [problem.id, problem]));
  const traceOf = new Map(traces.map((trace) => [trace.id, trace]));
  const leftOut = new Map<string, number>();
  const usable = labels.filter(({ problemId, traceId }) => {
    const [problem, trace] = [problemOf.get(problemId), traceOf.get(traceId)];
    const why = !problem
      ? 'the problem is no training problem'
      : !trace
        ? 'the trace is not in the corpus'
        : guard.whyNotTaught(problem, trace);
    if (why === undefined) return true;
    const reason = why.startsWith('the ') ? why : `the trace ${why}`;
    leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1);
    return false;
  });
  return { labels: usable, leftOut };
}

/** What was left out as a line for people; undefined where nothing was. */
export function leftOutLabelsText(leftOut: UsableLabels['leftOut']): string | undefined {
  const count = [...leftOut.values()].reduce((a, b) => a + b, 0);
  if (count === 0) return undefined;
  const reasons = [...leftOut].map(([reason, n]) => `${reason}: ${n}`);
  return `labels: ${count} labels left out (${reasons.join('; ')})`;
}
