/** The groups of a step's file, one by one: training rollouts and evaluations in the same form, never a whole file in memory. */
import { readJsonlTolerant } from '../../../core/jsonl.js';
import { rankAndProblem, type EvalRecord } from '../../../eval/index.js';
import { signalOf, type GroupRecord, type Signal } from '../../../rl/index.js';
import type { Verdict } from '../../../verify/index.js';
import type { ShortResponse } from './schemas.js';
import type { StepFile } from './step-files.js';

/** A prompt and its responses, as pages show them. */
export interface ShownGroup {
  /** Line in the file, from 0. */
  group: number;
  problemId: string;
  /** Which of the best traces it shows, in evaluations of contexts. */
  rank?: number;
  traceIds: readonly string[];
  hint?: string;
  signal: Signal;
  replaced: boolean;
  /** Why an evaluation could not sample it. */
  failed?: string;
  /** Ids where they were kept. */
  prompt?: readonly number[];
  promptTokens: number;
  policyVersion?: number;
  seed?: number;
  responses: ShownResponse[];
}

export interface ShownResponse extends Pick<ShortResponse, 'reward' | 'advantage'> {
  text: string;
  verdict: Omit<Verdict, 'timeMs'>;
  stopReason: 'stop' | 'length';
  length: number;
  /** Ids and their log p, where they were kept. */
  tokens?: readonly number[];
  logprobs?: readonly number[];
}

/** Streams a file's groups; a last line that is not whole yet is left out. Throws `data` with file and line at any other that is damaged. */
export async function* groupsOf({ kind, path }: Pick<StepFile, 'kind' | 'path'>): AsyncGenerator<ShownGroup> {
  let group = 0;
  let damaged: Error | undefined;
  for await (const line of readJsonlTolerant(path)) {
    if (damaged) throw damaged;
    if ('error' in line) damaged = line.error;
    else yield shownGroup(line.value, kind, group++);
  }
}

/** A line in the one form. */
export function shownGroup(record: unknown, kind: StepFile['kind'], group: number): ShownGroup {
  return kind === 'training'
    ? ofRollouts(record as GroupRecord, group)
    : ofEvaluation(record as EvalRecord, kind, group);
}

/** What lists tell of a response. */
export function shortResponse({ verdict, reward, advantage }: ShownResponse): ShortResponse {
  return { outcome: verdict.outcome, reward, advantage };
}

function ofRollouts(record: GroupRecord, group: number): ShownGroup {
  const { problemId, traceIds, hint, signal, replaced, promptTokens, policyVersion, seed, rollouts } = record;
  return {
    group,
    problemId,
    traceIds,
    ...(hint !== undefined && { hint }),
    signal,
    replaced: replaced === true,
    prompt: promptTokens,
    promptTokens: promptTokens.length,
    policyVersion,
    seed,
    responses: rollouts.map((one) => ({ ...one, length: one.tokens.length })),
  };
}

function ofEvaluation(record: EvalRecord, kind: StepFile['kind'], group: number): ShownGroup {
  const { problemId, traceIds, promptTokens, samples, failed } = record;
  const judged = samples.map(({ reward, verdict }) => ({
    reward: reward ?? undefined,
    right: verdict.outcome === 'match',
  }));
  return {
    group,
    ...(kind === 'contexts' ? rankAndProblem(problemId) : { problemId }),
    traceIds,
    // A greedy response is alone, and right or wrong all the same.
    signal: signalOf(judged.length === 1 ? [...judged, ...judged] : judged),
    replaced: false,
    ...(failed !== undefined && { failed }),
    promptTokens,
    responses: samples.map(({ text, reward, verdict, stopReason, tokens }) => ({
      text,
      reward,
      advantage: null,
      verdict,
      stopReason,
      length: tokens,
    })),
  };
}
