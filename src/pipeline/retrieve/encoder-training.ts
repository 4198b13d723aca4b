/** One encoder from nothing to weights: made over the token embeddings of a policy, and trained where there are labels to train on. */
import {
  createEncoder,
  EncoderClient,
  encoderShapeOf,
  specOf,
  trainOptionsOf,
  trainRetriever,
  type Encoder,
  type EncoderCheckpoint,
  type EncoderSettings,
  type RetrieverSpec,
  type Tokenize,
  type TrainData,
  type TrainHooks,
  type TrainReport,
} from '../../retriever/index.js';

export interface EncoderPlan {
  /** Model folder whose token embeddings the encoder stands on. */
  folder: string;
  settings: EncoderSettings;
  tokenize: Tokenize;
  seed: number;
  threads: number | undefined;
}

/** What it is trained on. */
export type TrainingQueries = Pick<TrainData, 'train' | 'validation' | 'candidates'> &
  Required<Pick<TrainData, 'exclude'>>;

export interface TrainedEncoder {
  encoder: Encoder;
  spec: RetrieverSpec;
  report: TrainReport;
  /** The trained weights, with those that were never trained. */
  checkpoint: () => Promise<EncoderCheckpoint>;
}

/** The encoder as it is before any training. */
export function untrainedEncoder({ folder, settings, seed }: EncoderPlan): Promise<EncoderCheckpoint> {
  return createEncoder(folder, encoderShapeOf(settings), seed);
}

/** Trains an encoder in a worker, hands it to `use`, and ends the worker. */
export async function withTrainedEncoder<T>(
  plan: EncoderPlan,
  queries: TrainingQueries,
  hooks: TrainHooks,
  use: (trained: TrainedEncoder) => Promise<T>,
): Promise<T> {
  const { settings, tokenize, seed, threads } = plan;
  const { config, params } = await untrainedEncoder(plan);
  const { scoring, temperature } = settings;
  const spec = specOf(settings);
  const encoder = await EncoderClient.open({ config, params, scoring, temperature, threads });
  try {
    const report = await trainRetriever(encoder, { ...queries, tokenize, spec }, trainOptionsOf(settings, seed), hooks);
    const checkpoint = async () => ({ config, params: new Map([...params, ...(await encoder.snapshot())]) });
    return await use({ encoder, spec, report, checkpoint });
  } finally {
    await encoder.dispose();
  }
}
