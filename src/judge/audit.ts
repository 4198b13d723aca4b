/** A blind sample for a person: pairs without what the judges said, to be answered with yes or no. */
import { hashJson } from '../core/hash.js';
import type { Rng } from '../core/rng.js';
import type { Problem, Trace } from '../data/index.js';
import type { DecidedLabel, Label } from './types.js';

/** Name of a person among judges. */
export const PERSON = 'person';

/** One line of a sample file. `relevant` is null until the person has answered; a filled line is a label. */
export interface AuditItem {
  problemId: string;
  traceId: string;
  judge: typeof PERSON;
  key: string;
  /** To be filled: true, false, or null where the person cannot tell. */
  relevant: boolean | null;
  problem: string;
  solution: string;
  reference: string;
  referenceSolution: string;
  /** For the person. */
  reason: string;
}

/**
 * Draws pairs to be judged by a person: as many relevant as irrelevant ones where there are enough, since relevant pairs
 * are rare and a plain sample would hold too few to tell anything; in random order, and without the labels.
 * Pairs whose texts are not given are left out.
 */
export function drawAudit(
  labels: readonly Label[],
  texts: { problems: readonly Problem[]; traces: readonly Trace[] },
  options: { count: number; rng: Rng },
): AuditItem[] {
  const { count, rng } = options;
  const problems = new Map(texts.problems.map((problem) => [problem.id, problem]));
  const traces = new Map(texts.traces.map((trace) => [trace.id, trace]));
  const decided = labels.filter((label): label is DecidedLabel => 'relevant' in label);
  const known = decided.filter(({ problemId, traceId }) => problems.has(problemId) && traces.has(traceId));
  const yes = rng.fork('relevant').shuffle(known.filter((label) => label.relevant));
  const no = rng.fork('irrelevant').shuffle(known.filter((label) => !label.relevant));
  const half = Math.ceil(count / 2);
  const fromYes = yes.slice(0, Math.max(half, count - no.length));
  const drawn = [...fromYes, ...no.slice(0, count - Math.min(count, fromYes.length))].slice(0, count);
  return rng
    .fork('order')
    .shuffle(drawn)
    .map(({ problemId, traceId }) => itemOf(problems.get(problemId) as Problem, traces.get(traceId) as Trace));
}

/** An answer of a person: a filled line. */
export type Answered = Pick<AuditItem, 'problemId' | 'traceId' | 'judge' | 'key' | 'relevant'> & { reason?: string };

/** What a person has answered, as labels. */
export function answersOf(items: readonly Answered[]): Label[] {
  return items.flatMap(({ problemId, traceId, judge, key, relevant, reason }) =>
    typeof relevant === 'boolean' ? [{ problemId, traceId, judge, key, relevant, ...(reason && { reason }) }] : [],
  );
}

function itemOf(problem: Problem, trace: Trace): AuditItem {
  return {
    problemId: problem.id,
    traceId: trace.id,
    judge: PERSON,
    key: hashJson([PERSON, problem.id, problem.question, trace.id, trace.question, trace.trace]),
    relevant: null,
    problem: problem.question,
    solution: problem.solution ?? `The answer is ${problem.answer}.`,
    reference: trace.question,
    referenceSolution: trace.trace,
    reason: '',
  };
}
