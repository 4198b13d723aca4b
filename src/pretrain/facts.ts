/** What a pre-training of the base model is given, and what comes out of it. */
import type { DecoderConfig } from '../models/index.js';
import type { PretrainingMix } from '../worlds/index.js';
import type { AccuracyOptions, AccuracyRow } from './accuracy.js';

export interface PretrainOptions {
  /** Folder to write; `<out>.work` holds checkpoints until the end. */
  out: string;
  seed: number;
  steps: number;
  /** Documents a step; one has about 85 tokens. */
  documentsPerStep: number;
  /** Peak learning rate: 30 steps of warm-up, linear decay over the last 40 % of the steps. */
  learningRate: number;
  /** Share of the steps before the decay. */
  decayAfter: number;
  mix: PretrainingMix;
  checkpointEverySteps: number;
  /** Command to name in the model card. */
  command: string;
  /** Size of the closing measurement. */
  accuracy?: AccuracyOptions;
}

/** What came out; the model card says the same in words. */
export interface PretrainResult {
  config: DecoderConfig;
  parameters: number;
  tokens: number;
  /** Mean of -log p over all tokens of the last 20 steps, in nats. */
  finalLoss: number;
  /** Time of the steps of this attempt and of those it goes on from. */
  seconds: number;
  accuracy: AccuracyRow[];
}
