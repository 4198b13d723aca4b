/**
 * The keys of retrievers: what encoders share, and the map of named retrievers that arms refer to, strict by kind. An encoder
 * takes what it does not say itself from the section `retriever`.
 */
import { z } from 'zod';
import { atLeast, count, inherited, key, positive, section, share } from '../config/schema-fields.js';

const document = key(
  z.enum(['question', 'trace', 'question+trace']).default('question+trace'),
  'What of a trace is indexed, by encoders and by BM25.',
);

/** What an encoder may say for itself. */
const encoderKeys = {
  head: key(
    z.enum(['late-interaction', 'single-vector']).default('late-interaction'),
    'One vector a token, scored by MaxSim; or their mean as one vector a text, the control.',
  ),
  dim: count(1, 32, 'Size of each vector.'),
  hidden: count(2, 96, 'Width of the encoder between token embeddings and vectors.'),
  convWidth: count(1, 3, 'Width of each convolution over tokens; odd.', 'tokens'),
  layers: count(1, 1, 'Convolution layers above the token embeddings of the policy.', 'layers'),
  transformerLayers: count(0, 0, 'Bidirectional transformer layers above the convolutions.', 'layers'),
  heads: count(1, 4, 'Attention heads of a transformer layer; they divide hidden into even parts.', 'heads'),
  trainEmbeddings: key(
    z.boolean().default(false),
    'Train the token embeddings too; for small vocabularies only. They are frozen otherwise.',
  ),
  document,
  queryPrefix: key(z.string().default(''), 'Text put before every question.'),
  documentPrefix: key(z.string().default(''), 'Text put before every document.'),
  scoring: key(
    z.enum(['mean', 'sum']).default('mean'),
    'MaxSim averaged or summed over query tokens; sums saturate at low temperatures.',
  ),
  temperature: positive(0.05, 'Temperature of InfoNCE (Eq. 2).'),
  steps: count(1, 600, 'Training steps.', 'steps'),
  batchSize: count(2, 48, "Query-trace pairs a step; the other pairs' traces are the negatives.", 'pairs'),
  learningRate: positive(2e-3, 'Peak learning rate; it falls linearly to zero after the warm-up.'),
  warmupShare: share(0.1, 'Share of the steps over which the learning rate rises.'),
  weightDecay: atLeast(0, 0.01, 'Weight decay of AdamW.'),
  maxGradNorm: atLeast(0, 1, 'Clip the global gradient norm to this; 0: no clipping.'),
  tokenDropout: key(
    z.number().min(0).lt(1).default(0),
    'Share of the tokens left out of each training text, drawn anew each time; helps where labels are noisy.',
    'share',
  ),
  maxQueryTokens: count(1, 128, 'Longer questions are cut.', 'tokens'),
  maxDocumentTokens: count(1, 256, 'Longer traces are cut.', 'tokens'),
};

/** The section `retriever`. */
export const retriever = section(
  {
    ...encoderKeys,
    validationShare: share(
      0.05,
      'Share of the labelled queries kept for validation; the checkpoint with the best recall@1 on them stays.',
    ),
    testShare: share(
      0.05,
      'Share of the labelled queries that neither train a retriever nor choose its checkpoint: all are graded on them.',
    ),
  },
  'What all encoders among the retrievers share, and how the labelled queries are parted.',
);

/** Hits that differ. */
const diversity = {
  diversity: key(
    z.enum(['none', 'vectors', 'type', 'truth']).optional(),
    'Hits that differ (none where it is not given): by their vectors (MMR), or one of each type or truth before a second of any.',
  ),
  lambda: key(
    z.number().min(0).max(1).optional(),
    'With diversity vectors: 1 counts relevance alone, 0 only being unlike the hits before; 0.7 where it is not given.',
    'share',
  ),
};

const kind = <T extends string>(name: T) => key(z.literal(name), 'What kind of retriever it is; it decides the keys.');

const encoder = z
  .strictObject({
    kind: kind('encoder'),
    trained: key(
      z.boolean().default(true),
      'Train it on the labels; false: as it is. Of an encoder of this project that is a seeded random projection of the token embeddings of the policy.',
    ),
    ...diversity,
    ...inherited(encoderKeys, 'retriever'),
  })
  .meta({ description: 'An encoder over the token embeddings of the policy, trained on the labels or not.' });

const bm25 = z
  .strictObject({
    kind: kind('bm25'),
    k1: atLeast(0, 1.2, 'How much repeats of a word count; 0: a word counts once.'),
    b: share(0.75, 'How much long documents are marked down; 0: not at all.'),
    diversity: key(
      z.enum(['none', 'type', 'truth']).optional(),
      'Hits that differ (none where it is not given): one of each type or truth before a second of any.',
    ),
    ...inherited({ document }, 'retriever'),
  })
  .meta({ description: 'BM25, the lexical retriever to compare with.' });

const random = z
  .strictObject({
    kind: kind('random'),
    sameType: key(
      z.boolean().default(true),
      'Draw among the traces of the type of the problem, where it has one; false: among all.',
    ),
  })
  .meta({ description: 'A trace drawn at random, the same at every search.' });

const oracle = z
  .strictObject({ kind: kind('oracle') })
  .meta({ description: 'A trace of the same truth, drawn at random: what a retriever without faults would find.' });

const rerank = z
  .strictObject({
    kind: kind('rerank'),
    first: key(z.string().default('bm25'), 'Name of the retriever that proposes candidates.'),
    // oxlint-disable-next-line unicorn/no-thenable -- a name, never a function, so nothing awaits it
    then: key(
      z.string().default('learned'),
      'Name of the retriever that puts them in order: an encoder, or embeddings.',
    ),
    candidates: count(1, 100, 'Candidates of a problem.', 'traces'),
    ...diversity,
  })
  .meta({ description: 'Candidates of one retriever, ranked by another: BM25 and exact late interaction by default.' });

const embeddings = z
  .strictObject({
    kind: kind('embeddings'),
    url: z
      .url({ protocol: /^https?$/ })
      .meta({ description: 'Address of an OpenAI-compatible server with /embeddings, up to and with /v1.' }),
    model: key(z.string().min(1), 'Name of the model on that server.'),
    apiKeyEnv: key(
      z
        .string()
        .regex(/^[A-Z][A-Z0-9_]*$/, 'the name of an environment variable')
        .nullable()
        .default(null),
      'Name of the environment variable that holds the key; null: the server wants none.',
    ),
    dimensions: key(
      z.int().min(1).nullable().default(null),
      "Length of the vectors, for models that can be asked for it; null: the model's own.",
      'numbers',
    ),
    batch: count(1, 64, 'Texts of one call.', 'texts'),
    queryPrefix: key(z.string().default(''), 'Text put before every question.'),
    documentPrefix: key(z.string().default(''), 'Text put before every document.'),
    ...diversity,
    ...inherited({ document }, 'retriever'),
  })
  .meta({
    description:
      'One vector a text from a server; calls, retries, prices and limits as in the section llm. Vectors are kept in the run, so no text is paid for twice.',
  });

/** Retrievers that are there without being named in a file; one that no arm uses costs nothing. */
export const defaultRetrievers = {
  learned: { kind: 'encoder' },
  bm25: { kind: 'bm25' },
  random: { kind: 'random' },
  oracle: { kind: 'oracle' },
  'late-interaction-untrained': { kind: 'encoder', head: 'late-interaction', trained: false },
  'single-vector': { kind: 'encoder', head: 'single-vector' },
  'single-vector-untrained': { kind: 'encoder', head: 'single-vector', trained: false },
} as const;

/** The map `retrievers`. */
export const retrievers = key(
  z
    .record(
      z.string().regex(/^[a-z][a-z0-9-]*$/, 'lower-case letters, digits and dashes, a letter first'),
      z.discriminatedUnion('kind', [encoder, bm25, rerank, embeddings, random, oracle]),
    )
    .prefault(defaultRetrievers),
  'Retrievers by name, each of a kind; arms refer to the names. Entries of a file stand beside these, or change keys of theirs.',
);
