/** What is evaluated outside of a run: any policy that answers a problem in text. */
import type { Context, Problem } from '../../data/index.js';

/** One answer that is wanted: the `attempt`-th of a problem, from 0. */
export interface SampleTask {
  /** Name of the data file: problems of two files may have one id. */
  set: string;
  problem: Problem;
  attempt: number;
  /** What the prompt shows beside the problem. */
  context: Context;
}

/** What came of a task: a text with the part of it that is graded, or why there is none. */
export type Sampled = SampledText | { task: SampleTask; failed: string };

export interface SampledText {
  task: SampleTask;
  /** As the policy gave it. */
  text: string;
  /** What may hold the answer: without thinking. Undefined where it was cut off before anything was said for certain. */
  said: string | undefined;
  /** Length in tokens, the end token included. */
  tokens: number;
  /** `length`: cut off at the limit. */
  stopReason: 'stop' | 'length';
}

export interface TextPolicy {
  /** For people: the folder of a model, or the model and its server. */
  readonly name: string;
  /** The error code of an evaluation in which not one task got a text. */
  readonly failureCode: 'llm' | 'context-length';
  /**
   * Samples the tasks that are `wanted`, in their order, in chunks of any size. All tasks are given, since what a policy computes
   * together must not depend on what is left to do. Tasks of one problem follow each other.
   */
  sample(tasks: readonly SampleTask[], wanted: (task: SampleTask) => boolean): AsyncIterable<Sampled[]>;
  dispose(): Promise<void>;
}

/** Names a problem over all files. */
export function problemKey(set: string, problemId: string): string {
  return `${set}/${problemId}`;
}
