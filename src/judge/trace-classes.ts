/** Classes of traces as labels within a budget show them (classes.ts). */
import type { DecidedLabel, Label } from './types.js';

/**
 * The class of each trace that has one, named by the first of its traces. An inferred positive says that problem and trace are of one
 * class, so what such pairs join is a class; a judged one may be a wrong verdict and joins nothing. A trace without an inferred positive
 * belongs to the class of most problems that it was judged to help, if there is one. Labels of all pairs have no classes.
 */
export function traceClasses(labels: readonly Label[]): Map<string, string> {
  const positive = labels.filter((label): label is DecidedLabel => 'relevant' in label && label.relevant);
  const inferred = positive.filter((label) => label.inferred === true);
  const tracesOf = new Map<string, string[]>();
  for (const { problemId, traceId } of inferred) tracesOf.set(problemId, [...(tracesOf.get(problemId) ?? []), traceId]);
  const classOf = joined([...tracesOf.values()]);
  const problemClass = new Map([...tracesOf].map(([problem, [first]]) => [problem, classOf.get(first as string)]));
  const votes = new Map<string, Map<string, number>>();
  for (const { problemId, traceId } of positive) {
    const name = problemClass.get(problemId);
    if (name === undefined || classOf.has(traceId)) continue;
    const own = votes.get(traceId) ?? new Map<string, number>();
    votes.set(traceId, own.set(name, (own.get(name) ?? 0) + 1));
  }
  for (const [traceId, own] of votes) {
    const [first, second] = [...own].toSorted(([, a], [, b]) => b - a);
    if (first && first[1] > (second?.[1] ?? 0)) classOf.set(traceId, first[0]);
  }
  return classOf;
}

/** The first member of what each member of overlapping groups is joined with. */
function joined(groups: readonly (readonly string[])[]): Map<string, string> {
  const parent = new Map<string, string>();
  const rootOf = (id: string): string => {
    let at = id;
    for (let above = parent.get(at); above !== undefined && above !== at; above = parent.get(at)) at = above;
    parent.set(id, at);
    return at;
  };
  for (const group of groups) {
    const root = rootOf(group[0] as string);
    for (const id of group) {
      const other = rootOf(id);
      if (other !== root) parent.set(other, root);
    }
  }
  const nameOf = new Map<string, string>();
  return new Map(
    [...parent.keys()].map((id) => {
      const root = rootOf(id);
      if (!nameOf.has(root)) nameOf.set(root, id);
      return [id, nameOf.get(root) as string];
    }),
  );
}
