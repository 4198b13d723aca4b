/** One encoder to weights: read from a folder of its own or made over a policy or its token embeddings, and trained where there are labels. */
import type { Config } from '../../config/index.js';
import {
  createEncoder,
  createPolicyEncoder,
  encoderSettings,
  encoderShapeOf,
  hubOptionsOf,
  policyShapeOf,
  readHubEncoder,
  specOf,
  startEncoder,
  trainOptionsOf,
  trainRetriever,
  type EncoderCheckpoint,
  type EncoderEntry,
  type EncoderInMemory,
  type EncoderSettings,
  type FormTokenizer,
  type HubEncoderOptions,
  type PolicyEncoderShape,
  type RetrieverSpec,
  type TrainData,
  type TrainHooks,
  type TrainableEncoder,
  type TrainReport,
} from '../../retriever/index.js';
import { mergeEncoder } from '../../models/index.js';

export interface EncoderPlan {
  /** Model folder that the encoder stands on, or whose token embeddings it does. */
  folder: string;
  /** Folder of an adapter of that model, where the policy is one. */
  adapter?: string | undefined;
  settings: EncoderSettings;
  /** The policy itself, up to a layer, in place of a small encoder over its token embeddings. */
  policy?: PolicyEncoderShape | undefined;
  /** That of the model: its token embeddings are the encoder's. */
  tokenizer: FormTokenizer;
  seed: number;
  threads: number | undefined;
  /** The folder of an encoder with weights and tokenizer of its own, in place of all of the model's. */
  own?: { folder: string; options: HubEncoderOptions } | undefined;
}

/** What an encoder stands on where it has no folder of its own. */
export type EncoderBase = Pick<EncoderPlan, 'folder' | 'adapter' | 'tokenizer'>;

/** The encoder of an entry, over the policy that it would stand on. */
export function encoderPlanOf(config: Config, entry: EncoderEntry, base: EncoderBase): EncoderPlan {
  const { retriever, seed, engine } = config;
  return {
    ...base,
    settings: encoderSettings(retriever, entry),
    policy: policyShapeOf(retriever, entry),
    seed,
    // 0 in the configuration leaves it to the runtime.
    threads: engine.threads === 0 ? undefined : engine.threads,
    own: entry.model === null ? undefined : { folder: entry.model, options: hubOptionsOf(retriever, entry, seed) },
  };
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
  /** The trained weights, with those that were never trained; an adapter is merged into them. */
  checkpoint: () => Promise<EncoderCheckpoint>;
}

/** The encoder as it is before any training. */
export async function untrainedEncoder(plan: EncoderPlan): Promise<UntrainedEncoder> {
  const { folder, adapter, settings, policy, tokenizer, seed, own } = plan;
  if (!own) {
    const encoder = policy
      ? await createPolicyEncoder({ folder, adapter }, policy, seed)
      : await createEncoder(folder, encoderShapeOf(settings), seed);
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
      { ...queries, text: spec.text, queryText: spec.queryText },
      trainOptionsOf(settings, seed, queries.train.length),
      hooks,
    );
    const checkpoint = async () =>
      mergeEncoder({ config, params: new Map([...params, ...(await encoder.snapshot())]) });
    return await use({ encoder, spec, report, checkpoint });
  } finally {
    await encoder.dispose();
  }
}
