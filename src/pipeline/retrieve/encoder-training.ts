/** One encoder to weights: read from a folder of its own or made over the token embeddings of a policy, and trained where there are labels. */
import {
  createEncoder,
  encoderShapeOf,
  readHubEncoder,
  specOf,
  startEncoder,
  trainOptionsOf,
  trainRetriever,
  type EncoderCheckpoint,
  type EncoderInMemory,
  type EncoderSettings,
  type FormTokenizer,
  type HubEncoderOptions,
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
  /** The folder of an encoder with weights and tokenizer of its own, in place of all of the model's. */
  own?: { folder: string; options: HubEncoderOptions } | undefined;
}

/** An encoder before training. */
export interface UntrainedEncoder extends EncoderInMemory {
  /** Folder that its tokenizer is from; undefined: it is the policy's. */
  tokenizerFrom?: string;
  /** What people may want to know of it. */
  notes: string[];
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
export async function untrainedEncoder(plan: EncoderPlan): Promise<UntrainedEncoder> {
  const { folder, settings, tokenizer, seed, own } = plan;
  if (!own) {
    const encoder = await createEncoder(folder, encoderShapeOf(settings), seed);
    return { encoder, spec: specOf(settings), tokenizer, notes: [] };
  }
  const { ignored, freshHead, ...made } = await readHubEncoder(own.folder, own.options);
  const notes = [
    ...(freshHead ? [`${own.folder}: the head is fresh, and finds little before it is trained`] : []),
    ...(ignored.length > 0 ? [`${own.folder}: ${ignored.length} tensors are not used: ${ignored.join(', ')}`] : []),
  ];
  return { ...made, tokenizerFrom: own.folder, notes };
}

/** Trains an encoder in a worker, hands it to `use`, and ends the worker. */
export async function withTrainedEncoder<T>(
  plan: EncoderPlan,
  queries: TrainingQueries,
  hooks: TrainHooks,
  use: (trained: TrainedEncoder) => Promise<T>,
): Promise<T> {
  const { settings, seed, threads } = plan;
  const made = await untrainedEncoder(plan);
  for (const note of made.notes) hooks.progress?.line(note);
  const { spec } = made;
  const { config, params } = made.encoder;
  const encoder = await startEncoder(made, { temperature: settings.temperature, threads });
  try {
    const report = await trainRetriever(
      encoder,
      { ...queries, text: spec.text },
      trainOptionsOf(settings, seed),
      hooks,
    );
    const checkpoint = async () => ({ config, params: new Map([...params, ...(await encoder.snapshot())]) });
    return await use({ encoder, spec, report, checkpoint });
  } finally {
    await encoder.dispose();
  }
}
