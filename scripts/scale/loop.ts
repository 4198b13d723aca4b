/**
 * Simulation of a step of our loop (src/rl/loop.ts) on servers (src/engine/tinker), and of what it could be: how long it takes, and for
 * what the cluster waits. One main thread of ours reads, writes and turns tokens into texts; graders judge beside it; sampling and training
 * share the cluster's devices, as SkyRL has it, and follow each other.
 */
import { sampleGroups, type Samplers } from './sampler.js';

/** Seconds of our own work. */
export interface OurSeconds {
  /** Reading a sampled token from the server's answer. */
  readToken: number;
  /** Turning a token into text. */
  textToken: number;
  /** Judging a response: so much, and so much a token. */
  gradeResponse: number;
  gradeToken: number;
  /** Threads that judge. */
  graders: number;
  /** Writing a token of a pass as it is sent. */
  sendToken: number;
  /** Reading a token of a pass's result. */
  receiveToken: number;
  /** Writing a token of the rollouts file. */
  recordToken: number;
}

export interface Cluster {
  samplers: Samplers;
  /** Until the samplers have the new weights. */
  refreshSeconds: number;
  /** Of all devices together, for a token of a sequence that is trained on. */
  scoreToken: number;
  gradientToken: number;
  /** Of the optimizer's step and the look at what it left. */
  optimizerSeconds: number;
  /** Tokens of a request of a pass. */
  chunkTokens: number;
}

export interface StepWork {
  lengths_NG: readonly (readonly number[])[];
  /** Tokens of a prompt; each response carries it where it is scored and trained on. */
  promptTokens: number;
  /** Whether a group carries a gradient. */
  trained_N: readonly boolean[];
}

/** What of our loop may be done otherwise. */
export interface LoopVariant {
  /** Responses become texts and are judged as their groups come, in place of all at the end. */
  gradeAsTheyCome: boolean;
  /** The rollouts file is written while the next step is sampled, in place of before it. */
  recordWhileSampling: boolean;
}

export const asItIs: LoopVariant = { gradeAsTheyCome: true, recordWhileSampling: false };

/** Parts of a step in their order; each begins where the one before ends. */
export const phaseNames = ['refresh', 'sample', 'read', 'grade', 'score', 'gradient', 'record'] as const;
export type PhaseName = (typeof phaseNames)[number];

export interface StepTime {
  seconds: number;
  phases: Record<PhaseName, number>;
  /** Seconds in which the cluster as a whole has nothing to do, by cause; devices that idle beside others count by their share. */
  waits: Record<WaitName, number>;
}

/** Causes. longest: others sample the longest responses. The other four are ours. */
export const waitNames = ['longest', 'read', 'grade', 'passes', 'record'] as const;
export type WaitName = (typeof waitNames)[number];

/** A step of a training that has gone on for a while. */
export function stepTime(work: StepWork, cluster: Cluster, ours: OurSeconds, variant = asItIs): StepTime {
  const { lengths_NG, promptTokens, trained_N } = work;
  const sampled = sampleGroups(lengths_NG, cluster.samplers);
  const tokens_N = lengths_NG.map((lengths_G) => sum(lengths_G));
  const record = sum(tokens_N) * ours.recordToken;
  // A file that is written behind the step before holds up the reading of this one.
  const { read, grade } = judged(lengths_NG, sampled.groupEnds_N, ours, {
    asTheyCome: variant.gradeAsTheyCome,
    busyUntil: variant.recordWhileSampling ? Math.max(0, record - cluster.refreshSeconds) : 0,
  });
  const passed = lengths_NG.flatMap((lengths_G, n) =>
    trained_N[n] ? lengths_G.map((length) => promptTokens + length) : [],
  );
  const score = passTime(passed, cluster.scoreToken, cluster.chunkTokens, ours);
  const gradient = passTime(passed, cluster.gradientToken, cluster.chunkTokens, ours);
  const phases = {
    refresh: cluster.refreshSeconds,
    sample: sampled.seconds,
    read: Math.max(0, read - sampled.seconds),
    grade: Math.max(0, grade - Math.max(read, sampled.seconds)),
    score: score.seconds,
    gradient: gradient.seconds + cluster.optimizerSeconds,
    record: variant.recordWhileSampling ? 0 : record,
  };
  const waits = {
    longest: sampled.idle / cluster.samplers.servers,
    read: phases.read,
    grade: phases.grade,
    passes: score.waits + gradient.waits,
    record: phases.record,
  };
  return { seconds: sum(phaseNames.map((name) => phases[name])), phases, waits };
}

/** When all groups are read and turned into texts, and when all are judged. */
function judged(
  lengths_NG: StepWork['lengths_NG'],
  groupEnds_N: readonly number[],
  ours: OurSeconds,
  { asTheyCome, busyUntil }: { asTheyCome: boolean; busyUntil: number },
): { read: number; grade: number } {
  const order = groupEnds_N.map((at, n) => ({ at, n })).toSorted((a, b) => a.at - b.at);
  const graders = Array.from({ length: ours.graders }, () => 0);
  const grade = (n: number, from: number): void => {
    for (const length of lengths_NG[n]!) {
      const free = graders.indexOf(Math.min(...graders));
      graders[free] = Math.max(graders[free]!, from) + ours.gradeResponse + length * ours.gradeToken;
    }
  };
  let main = busyUntil;
  for (const { at, n } of order) {
    main = Math.max(main, at) + sum(lengths_NG[n]!) * (ours.readToken + (asTheyCome ? ours.textToken : 0));
    if (asTheyCome) grade(n, main);
  }
  if (!asTheyCome) {
    main += sum(lengths_NG.flat()) * ours.textToken;
    for (const n of lengths_NG.keys()) grade(n, main);
  }
  return { read: main, grade: Math.max(main, ...graders) };
}

/**
 * A pass in requests: written one after the other, computed as they come, their results read when all are sent. `waits`: seconds in which
 * the cluster has none of it to compute.
 */
export function passTime(
  lengths: readonly number[],
  tokenSeconds: number,
  chunkTokens: number,
  { sendToken, receiveToken }: Pick<OurSeconds, 'sendToken' | 'receiveToken'>,
): { seconds: number; waits: number } {
  const chunks = chunksOf(lengths, chunkTokens);
  let [sent, computed] = [0, 0];
  const ready = chunks.map((tokens) => {
    sent += tokens * sendToken;
    computed = Math.max(computed, sent) + tokens * tokenSeconds;
    return { tokens, at: computed };
  });
  let received = sent;
  for (const { tokens, at } of ready) received = Math.max(received, at) + tokens * receiveToken;
  return { seconds: received, waits: received - sum(lengths) * tokenSeconds };
}

/** Tokens of each request: as many sequences as fit, at least one. */
function chunksOf(lengths: readonly number[], chunkTokens: number): number[] {
  const chunks: number[] = [];
  for (const length of lengths) {
    const last = chunks.at(-1);
    if (last !== undefined && last + length <= chunkTokens) chunks[chunks.length - 1] = last + length;
    else chunks.push(length);
  }
  return chunks;
}

/** Seconds of a step where sampling is a step ahead on devices of its own: the slower side decides. Off policy by one step. */
export function aheadSeconds(sampling: StepTime, training: StepTime): number {
  const { refresh, sample, read, grade } = sampling.phases;
  const { score, gradient, record } = training.phases;
  return Math.max(refresh + sample + read + grade, score + gradient + record);
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
