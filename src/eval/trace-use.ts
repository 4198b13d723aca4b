/**
 * What a policy makes of the traces in its prompts: how often they are right, how well it does with right and with wrong ones,
 * how often it follows a wrong one and ignores a right one. The first needs a truth (or solutions that end in expressions),
 * the last two need responses that end in expressions. Pure.
 */
import { answerStructure, type Problem, type Trace } from '../data/index.js';
import type { Estimate } from './bootstrap.js';
import type { ProblemDraws } from './draws.js';
import { averageAtK } from './estimators.js';
import type { EvalRecord } from './records.js';

export const traceUseGlossary = {
  'right trace':
    'A trace in the prompt with the truth of the problem; where one of the two has no truth, a solution of the same structure. Of several traces one right one is enough.',
  'success with a right, a wrong trace':
    'average@k over the problems whose prompt held a right trace, and over those whose prompt held wrong ones only.',
  'success with the best one right, with only another right':
    'Where prompts show several traces: average@k over the problems for which the trace that the retriever ranks first is right, and over those for which only one behind it is. A policy that follows what stands nearest to the question, and does not choose, is no better on the second than without traces.',
  structure:
    'Which operations on which numbers of the question an answer is, where it is an expression: its equation template.',
  'follows a wrong trace':
    'Share of responses with the structure of a trace in their prompt, where that trace is wrong; averaged over problems.',
  'ignores a right trace':
    'Share of responses without the structure of the right trace in their prompt; averaged over problems. A response that is no expression has none.',
} as const;

export interface TraceUse {
  /** Problems whose prompt held a trace. */
  n: number;
  /** Share of prompts with a right trace, over those of which it is known. */
  right: Estimate;
  /** Absent where no prompt is of that kind. */
  successWithRight?: Estimate;
  successWithWrong?: Estimate;
  /** Of prompts with several traces: where the one that is ranked first is right, and where only one behind it is. */
  successWithBest?: Estimate;
  successWithOther?: Estimate;
  /** Absent where no trace of that kind ends in an expression. */
  followsWrong?: Estimate;
  ignoresRight?: Estimate;
}

/** What the records name by id. */
export interface TraceFacts {
  problemOf: (id: string) => Problem | undefined;
  traceOf: (id: string) => Trace | undefined;
}

/** The facts of the data sets of a run. */
export function traceFacts(problems: readonly Problem[], traces: readonly Trace[]): TraceFacts {
  const byId = <T extends { id: string }>(items: readonly T[]) => new Map(items.map((item) => [item.id, item]));
  const [ofProblems, ofTraces] = [byId(problems), byId(traces)];
  return { problemOf: (id) => ofProblems.get(id), traceOf: (id) => ofTraces.get(id) };
}

/** The figures of one split; undefined where of no prompt it is known whether a trace in it is right. */
export function traceUse(
  records: readonly EvalRecord[],
  split: string,
  { problemOf, traceOf }: TraceFacts,
  draws: ProblemDraws,
): TraceUse | undefined {
  const shown = records.filter((record) => record.split === split && record.traceIds.length > 0);
  const graded = shown.flatMap((record) => {
    const problem = problemOf(record.problemId);
    return problem ? (gradeOf(record, problem, record.traceIds.map(traceOf)) ?? []) : [];
  });
  if (graded.length === 0) return undefined;
  const estimate = (of: readonly Graded[], value: (one: Graded) => number | undefined) => {
    const known = of.flatMap((one) => {
      const own = value(one);
      return own === undefined ? [] : [[one.problemId, own] as const];
    });
    return known.length === 0 ? undefined : draws.mean(new Map(known));
  };
  const [rights, wrongs] = [graded.filter(({ right }) => right), graded.filter(({ right }) => !right)];
  const figures = {
    successWithRight: estimate(rights, ({ success }) => success),
    successWithWrong: estimate(wrongs, ({ success }) => success),
    successWithBest: estimate(rights, ({ success, bestRight }) => (bestRight === true ? success : undefined)),
    successWithOther: estimate(rights, ({ success, bestRight }) => (bestRight === false ? success : undefined)),
    followsWrong: estimate(wrongs, ({ alike }) => alike),
    ignoresRight: estimate(rights, ({ alike }) => (alike === undefined ? undefined : 1 - alike)),
  };
  return {
    n: shown.length,
    right: draws.mean(new Map(graded.map(({ problemId, right }) => [problemId, Number(right)]))),
    ...(Object.fromEntries(Object.entries(figures).filter(([, value]) => value)) as Partial<typeof figures>),
  };
}

interface Graded {
  problemId: string;
  right: boolean;
  /** Of several traces, whether the best is right; undefined of one alone, and where it is not known. */
  bestRight: boolean | undefined;
  /** Average of the samples; undefined where none has a reward. */
  success: number | undefined;
  /** Share of the samples with the structure of a right trace, or of a wrong one where none is right; undefined without structures. */
  alike: number | undefined;
}

/** Undefined where of no trace it is known whether it is right. */
function gradeOf(
  { problemId, samples }: EvalRecord,
  problem: Problem,
  traces: readonly (Trace | undefined)[],
): Graded | undefined {
  const known = traces.flatMap((trace) => {
    const right = trace && isRight(problem, trace);
    return right === undefined ? [] : [{ right, structure: answerStructure(trace!.question, trace!.trace) }];
  });
  if (known.length === 0) return undefined;
  const right = known.some((trace) => trace.right);
  const best = traces.length > 1 ? traces.at(-1) : undefined; // the best stands last in a prompt
  const structures = new Set(
    known.filter((trace) => trace.right === right).flatMap(({ structure }) => structure ?? []),
  );
  const alike = samples.filter(({ text }) => structures.has(answerStructure(problem.question, text) ?? ''));
  const counted = structures.size > 0 && samples.length > 0;
  return {
    problemId,
    right,
    bestRight: best && isRight(problem, best),
    success: averageAtK(samples),
    alike: counted ? alike.length / samples.length : undefined,
  };
}

/** Whether one of the traces is right for the problem; undefined where of none it is known. */
export function anyIsRight(problem: Problem, traces: readonly Trace[]): boolean | undefined {
  const known = traces.flatMap((trace) => isRight(problem, trace) ?? []);
  return known.length === 0 ? undefined : known.includes(true);
}

/** By truth; else by what the two solutions compute; undefined where neither says. */
function isRight(problem: Problem, trace: Trace): boolean | undefined {
  if (problem.truth !== undefined && trace.truth !== undefined) return problem.truth === trace.truth;
  const own = problem.solution === undefined ? undefined : answerStructure(problem.question, problem.solution);
  const other = answerStructure(trace.question, trace.trace);
  return own === undefined || other === undefined ? undefined : own === other;
}
