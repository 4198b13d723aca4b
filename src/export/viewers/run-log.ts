/** What viewers show of a run: numbers by step and answers with their verdicts, each under the arm that they are of. Pure. */
import { averagesByProblem, passCurve, splitsOf, type EvalRecord } from '../../eval/index.js';
import type { RunData } from '../../report/index.js';

/** Numbers of one step of one arm (or of a warm-up, or a retriever). */
export interface LoggedStep {
  step: number;
  /** Seconds since 1970: when the step ended, by the event log; 0 where it is not known. */
  time: number;
  values: Record<string, number>;
}

/** An answer to a test problem. */
export interface LoggedAnswer {
  problemId: string;
  split: string;
  question: string;
  gold: string;
  truth: string | undefined;
  /** 0 for the first sample of a problem. */
  sample: number;
  traces: readonly { id: string; question: string; trace: string; truth: string | undefined }[];
  text: string;
  tokens: number;
  promptTokens: number;
  stopReason: 'stop' | 'length';
  outcome: string;
  rule: string;
  extracted: string | undefined;
  reason: string | undefined;
  /** Null where the verifier failed: no zero. */
  reward: number | null;
}

export interface LoggedEvaluation {
  step: number;
  time: number;
  answers: LoggedAnswer[];
  /** Problems that could not be sampled, with the reason. */
  failed: { problemId: string; split: string; question: string; gold: string; reason: string }[];
}

export interface LoggedArm {
  name: string;
  steps: LoggedStep[];
  evaluations: LoggedEvaluation[];
}

/** Arms in the order of the run; then what else left numbers (warm-ups, retrievers). Only whole evaluations. */
export function runLog(data: RunData): LoggedArm[] {
  const arms = new Set([...data.evaluations.map(({ arm }) => arm), ...data.metrics.map(({ arm }) => arm)]);
  return [...arms].map((name) => {
    const evaluations = data.evaluations.filter(({ arm }) => arm === name);
    const timeOf = clockOf(data, name);
    const trained = data.metrics
      .filter(({ arm }) => arm === name)
      .map(({ arm: _arm, step, ...row }) => ({ step, time: timeOf(step), values: prefixed('train', row) }));
    const evaluated = evaluations.map(({ step, records }) => ({ step, time: timeOf(step), values: scoresOf(records) }));
    return {
      name,
      steps: [...evaluated, ...trained].toSorted((a, b) => a.step - b.step),
      evaluations: evaluations.map(({ step, records }) => ({ step, time: timeOf(step), ...answersOf(data, records) })),
    };
  });
}

/** When a step of an arm ended; of what was not timed, when the first step of the arm, or else of the run, did. */
function clockOf({ steps }: RunData, arm: string): (step: number) => number {
  const own = new Map(
    steps.flatMap(({ arm: of, step, time }) =>
      of === arm && step !== undefined && time !== undefined ? [[step, Date.parse(time) / 1000] as const] : [],
    ),
  );
  const first = Math.min(...steps.flatMap(({ time }) => (time === undefined ? [] : [Date.parse(time) / 1000])));
  return (step) => own.get(step) ?? own.get(1) ?? (Number.isFinite(first) ? first : 0);
}

function prefixed(prefix: string, row: Record<string, unknown>): Record<string, number> {
  const numbers = Object.entries(row).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
  return Object.fromEntries(numbers.map(([name, value]) => [`${prefix}/${name}`, value]));
}

/** average@k and pass@k of each split. */
function scoresOf(records: readonly EvalRecord[]): Record<string, number> {
  const values: Record<string, number> = {};
  for (const split of splitsOf(records)) {
    const averages = [...averagesByProblem(records, split).values()];
    const own = records.filter((record) => record.split === split);
    const solved = own.flatMap(({ samples }) => [...passCurve(samples)].at(-1) ?? []);
    if (averages.length > 0) values[`eval/${split}/average`] = mean(averages);
    if (solved.length > 0) values[`eval/${split}/solved`] = mean(solved);
    const lengths = own.flatMap(({ samples }) => samples.map(({ tokens }) => tokens));
    if (lengths.length > 0) values[`eval/${split}/responseTokens`] = mean(lengths);
  }
  return values;
}

function answersOf({ test, corpus }: RunData, records: readonly EvalRecord[]) {
  const [problems, traces] = [byId(test), byId(corpus)];
  const asked = ({ problemId, split }: EvalRecord) => {
    const problem = problems.get(problemId);
    return { problemId, split, question: problem?.question ?? '', gold: problem?.answer ?? '', truth: problem?.truth };
  };
  const answers = records.flatMap((record) =>
    record.samples.map(({ text, tokens, stopReason, verdict, reward }, sample): LoggedAnswer => ({
      ...asked(record),
      sample,
      traces: record.traceIds.flatMap((id) => {
        const trace = traces.get(id);
        return trace ? [{ id, question: trace.question, trace: trace.trace, truth: trace.truth }] : [];
      }),
      text,
      tokens,
      promptTokens: record.promptTokens,
      stopReason,
      outcome: verdict.outcome,
      rule: verdict.rule,
      extracted: verdict.extracted,
      reason: verdict.reason,
      reward,
    })),
  );
  const failed = records.flatMap((record) =>
    record.failed === undefined ? [] : [{ ...asked(record), reason: record.failed }],
  );
  return { answers, failed };
}

function byId<T extends { id: string }>(items: readonly T[]): ReadonlyMap<string, T> {
  return new Map(items.map((item) => [item.id, item]));
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
