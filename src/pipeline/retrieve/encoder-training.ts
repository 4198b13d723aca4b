/** One encoder from nothing to weights: made over the token embeddings of a policy, and trained where there are labels to train on. */
import {
  createEncoder,
  encoderShapeOf,
  specOf,
  startEncoder,
  trainOptionsOf,
  trainRetriever,
  type EncoderCheckpoint,
  type EncoderSettings,
  type FormTokenizer,
  type RetrieverSpec,
  type TrainData,
  type TrainHooks,
  type TrainableEncoder,
  type TrainReport,
} from '../../retriever/index.js';

export interface EncoderPlan {
  /** Model folder whose token embeddings the encoder stands on. */
  folder: string;
  settings: EncoderSettings;
  /** That of the model: its token embeddings are the encoder's. */
  tokenizer: FormTokenizer;
  seed: number;
  threads: number | undefined;
}

/** What it is trained on. */
export type TrainingQueries = Pick<TrainData, 'train' | 'validation' | 'candidates'> &
  Required<Pick<TrainData, 'exclude'>>;

export interface TrainedEncoder {
  encoder: TrainableEncoder;
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
  const { settings, tokenizer, seed, threads } = plan;
  const { config, params } = await untrainedEncoder(plan);
  const spec = specOf(settings);
  const encoder = await startEncoder(
    { encoder: { config, params }, spec, tokenizer },
    { temperature: settings.temperature, threads },
  );
  try {
    const report = await trainRetriever(
      encoder,
      { ...queries, text: spec.text },
      trainOptionsOf(settings, seed, queries.train.length),
      hooks,
    );
    const checkpoint = async () => ({ config, params: new Map([...params, ...(await encoder.snapshot())]) });
    return await use({ encoder, spec, report, checkpoint });
  } finally {
    await encoder.dispose();
  }
}
