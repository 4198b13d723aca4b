/** Samples as they stand on disk: one line each, readable without the model, and enough to score from. */
import { shownTraces } from '../../data/index.js';
import type { Verdict } from '../../verify/index.js';
import type { EvalRecord, EvalSample } from '../records.js';
import { anyIsRight, type TraceFacts } from '../trace-use.js';
import { problemKey, type Sampled, type SampleTask } from './types.js';

/** One line of samples.jsonl. */
export interface SampleLine {
  /** Name of the data file. */
  set: string;
  /** The problem's own split, where it names one. */
  split?: string;
  problemId: string;
  /** From 0. */
  attempt: number;
  /** The traces in the prompt, in its order: the best stands last. */
  traceIds: string[];
  /** Whether one of them is right for the problem, where that is known. */
  traceRight?: boolean;
  text: string;
  /** Length in tokens; 0 where nothing was sampled. */
  tokens: number;
  /** `length`: cut off at the limit. `failed`: nothing was sampled, see `reason`. */
  stopReason: 'stop' | 'length' | 'failed';
  /** The answer found in it, as written; null for none. */
  extracted: string | null;
  /** What the verifier says; `not_sampled` where there was nothing to judge. */
  verdict: Verdict['outcome'] | 'not_sampled';
  /** The rule that decided. */
  rule: string;
  /** Normal form of the answer, where the verifier has one. */
  answerForm?: string;
  /** Null where nothing was sampled or the verifier failed. */
  reward: number | null;
  /** What failed, or what was too costly. */
  reason?: string;
}

/** The line of a sample with its verdict, or of one that failed. */
export function sampleLine(sampled: Sampled, judged?: { verdict: Verdict; reward: number | undefined }): SampleLine {
  const head = headOf(sampled.task);
  if ('failed' in sampled || !judged) {
    const reason = 'failed' in sampled ? sampled.failed : 'not judged';
    const nothing = { text: '', tokens: 0, stopReason: 'failed', extracted: null } as const;
    return { ...head, ...nothing, verdict: 'not_sampled', rule: 'not-sampled', reward: null, reason };
  }
  const { outcome, rule, extracted, answerForm, reason } = judged.verdict;
  const { text, tokens, stopReason } = sampled;
  return {
    ...head,
    text,
    tokens,
    stopReason,
    extracted: extracted ?? null,
    verdict: outcome,
    rule,
    ...(answerForm !== undefined && { answerForm }),
    reward: judged.reward ?? null,
    ...(reason !== undefined && { reason }),
  };
}

/** Names a task and its line. */
export function taskKey({ set, problem, attempt }: SampleTask): string {
  return lineKey({ set, problemId: problem.id, attempt });
}

export function lineKey({ set, problemId, attempt }: Pick<SampleLine, 'set' | 'problemId' | 'attempt'>): string {
  return JSON.stringify([set, problemId, attempt]);
}

/** What of a line the task says. */
function headOf({ set, problem, attempt, context }: SampleTask) {
  const traces = shownTraces(context);
  const traceRight = anyIsRight(problem, traces);
  return {
    set,
    ...(problem.split !== undefined && { split: problem.split }),
    problemId: problem.id,
    attempt,
    traceIds: traces.map(({ id }) => id),
    ...(traceRight !== undefined && { traceRight }),
  };
}

/** What the ids of the tasks' records stand for. */
export function taskFacts(tasks: readonly SampleTask[]): TraceFacts {
  const problems = new Map(tasks.map(({ set, problem }) => [problemKey(set, problem.id), problem]));
  const traces = new Map(tasks.flatMap(({ context }) => shownTraces(context).map((trace) => [trace.id, trace])));
  return { problemOf: (id) => problems.get(id), traceOf: (id) => traces.get(id) };
}

/** The lines of the tasks as records that are scored; a task without a line is a sample that failed. */
export function recordsOf(tasks: readonly SampleTask[], lines: ReadonlyMap<string, SampleLine>): EvalRecord[] {
  return lineRecords(
    tasks.map((task) => ({
      ...(lines.get(taskKey(task)) ?? sampleLine({ task, failed: 'not sampled' })),
      // Lines of earlier versions do not name it.
      ...(task.problem.split !== undefined && { split: task.problem.split }),
    })),
  );
}

/**
 * Lines as records that are scored: one a problem, its split the file's name, followed by the problem's own split where it names one. A
 * problem with a sample that failed has fewer than k, and one with none has failed.
 */
export function lineRecords(lines: readonly SampleLine[]): EvalRecord[] {
  const records = new Map<string, EvalRecord>();
  for (const line of lines) {
    const id = problemKey(line.set, line.problemId);
    const record: EvalRecord = records.get(id) ?? {
      key: '',
      problemId: id,
      split: line.split === undefined ? line.set : `${line.set}/${line.split}`,
      traceIds: line.traceIds,
      promptTokens: 0,
      samples: [],
    };
    records.set(id, record);
    const sample = evalSample(line);
    if (sample) record.samples.push(sample);
    else record.failed ??= line.reason ?? 'not sampled';
  }
  for (const record of records.values()) if (record.samples.length > 0) delete record.failed;
  return [...records.values()];
}

function evalSample({ verdict: outcome, stopReason, ...line }: SampleLine): EvalSample | undefined {
  if (outcome === 'not_sampled' || stopReason === 'failed') return undefined;
  const { text, tokens, rule, extracted, answerForm, reason, reward } = line;
  const verdict = {
    outcome,
    rule,
    ...(extracted !== null && { extracted }),
    ...(answerForm !== undefined && { answerForm }),
    ...(reason !== undefined && { reason }),
  };
  return { text, tokens, stopReason, verdict, reward };
}
