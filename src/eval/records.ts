/** Evaluations as they stand on disk: one line a problem with all its samples, readable without the model. */
import type { Verdict } from '../verify/index.js';

/** One sampled response. */
export interface EvalSample {
  text: string;
  /** Length in tokens, the stop token included. */
  tokens: number;
  stopReason: 'stop' | 'length';
  verdict: Omit<Verdict, 'timeMs'>;
  /** Null where the verifier failed. */
  reward: number | null;
}

/** What figures are made of; `reward` is null where the verifier failed, which is no zero. */
export type JudgedSample = Pick<EvalSample, 'verdict' | 'reward'>;

/** One line of eval/<arm>/<step>.jsonl. */
export interface EvalRecord {
  /** Names everything the samples depend on. */
  key: string;
  /** The problem's id, or the name of a pair of problem and trace. */
  problemId: string;
  split: string;
  /** The traces in the prompt, in its order: the best stands last. */
  traceIds: string[];
  promptTokens: number;
  /** Empty where `failed` says why the problem could not be sampled. */
  samples: EvalSample[];
  failed?: string;
}
