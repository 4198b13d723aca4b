/**
 * The keys of retrievers: what encoders share, and the map of named retrievers that arms refer to, strict by kind. An encoder
 * takes what it does not say itself from the section `retriever`.
 */
import { z } from 'zod';
import { atLeast, count, inherited, key, path, positive, section, share, shares } from '../config/schema-fields.js';

const documents = z.enum(['question', 'trace', 'question+trace']).default('question+trace');

const document = key(documents, 'What of a trace is indexed by encoders and embeddings.');

/** Keys of the shape of a small encoder over the policy's token embeddings; one from a folder, or the policy itself, has none of them. */
export const smallShapeKeys: readonly string[] = ['hidden', 'convWidth', 'layers', 'transformerLayers', 'heads'];

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
  query: key(
    z.enum(['question', 'question+attempt']).default('question'),
    "What of a problem is searched with: its question; or, behind it, a draft of the policy's own too, sampled once without any trace (attempts.jsonl).",
  ),
  queryPrefix: key(z.string().default(''), 'Text put before every question.'),
  documentPrefix: key(z.string().default(''), 'Text put before every document.'),
  scoring: key(
    z.enum(['mean', 'sum']).default('mean'),
    'MaxSim averaged or summed over query tokens; sums saturate at low temperatures.',
  ),
  temperature: positive(0.05, 'Temperature of the scores in the loss (tau of Eq. 2).'),
  loss: key(
    z.enum(['infonce', 'kl', 'margin']).default('infonce'),
    'infonce: positives against negatives (Eq. 2). kl, margin: follow the measured gains of all judged candidates of a query, by KL from the softmax of gains to that of scores, or by squared errors of the differences of all pairs (Margin-MSE).',
  ),
  gainTemperature: positive(
    1,
    'loss kl, margin: temperature of the gains, in units of how far the gains of a query are apart (root mean square of their standard deviations).',
  ),
  contrastWeight: atLeast(
    0,
    1,
    'loss kl, margin: weight of InfoNCE beside it, between the positive of a query and the traces of the batch that were not measured for it; 0: nothing is learnt of these.',
  ),
  inBatchPositives: key(
    z.enum(['mask', 'train']).default('mask'),
    'In InfoNCE: a positive of a query that another query brought into the batch is left out, or trained on as one more positive. It is never a negative.',
  ),
  negatives: key(
    z.enum(['in-batch', 'judged']).default('in-batch'),
    'In InfoNCE: what is a negative of a query. in-batch: every trace of the batch that no label calls relevant. judged: only traces that were judged and denied; they are brought into the batch.',
  ),
  judgedPerQuery: count(
    2,
    16,
    'Judged candidates of each query in a batch, where the loss looks at them (loss kl, margin; negatives judged).',
    'traces',
  ),
  queryWeights: key(
    z.enum(['equal', 'spread']).default('equal'),
    'How much each query counts: equal, or by spread, as much as its measured gains are apart; where no trace makes a difference, their order is noise.',
  ),
  nearDuplicate: key(
    z.number().gt(0).max(1).default(1),
    'Traces whose questions have this Jaccard similarity of three-word shingles or more to a positive or to the query itself are no negatives. 1: only the same shingles. Lower for reworded problems, not where problems come from few templates.',
  ),
  hardNegatives: count(
    0,
    0,
    'loss infonce: negatives of each query in a batch that the encoder itself ranks high at present; 0: none.',
    'traces',
  ),
  hardNegativesFromRank: count(1, 1, 'Best rank that hard negatives are drawn from.', 'rank'),
  hardNegativesToRank: count(1, 50, 'Worst rank that hard negatives are drawn from.', 'rank'),
  hardNegativesMargin: atLeast(
    0,
    0.05,
    'How far below the best positive of the query a hard negative must score, in units of the score: what scores nearly as well may be a positive that nobody labelled.',
  ),
  hardNegativesEverySteps: count(0, 0, 'Steps between two minings of hard negatives; 0: once an epoch.', 'steps'),
  steps: count(1, 600, 'Training steps, where epochs is 0.', 'steps'),
  epochs: count(
    0,
    0,
    'Times that every query comes up in training, instead of steps; 0: as many as steps say.',
    'epochs',
  ),
  batchSize: count(2, 48, "Query-trace pairs a step; the other pairs' traces are the negatives.", 'pairs'),
  microBatch: count(
    0,
    0,
    'Texts whose activations are in memory at a time (cached gradients): a big batch on small memory, with the same gradients, in about twice the time. 0: the whole batch at once.',
    'texts',
  ),
  checkpointEverySteps: count(
    1,
    100,
    'Steps between checkpoints that an interrupted training goes on from; where steps are slow there is one every five minutes.',
    'steps',
  ),
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
  maxDocumentTokens: count(1, 256, 'Longer traces become chunks of this length, which overlap.', 'tokens'),
  chunks: count(
    1,
    4,
    'Most chunks of a trace, each encoded by itself; the score of a trace is that of its best. What is beyond is cut. 1: longer traces are cut.',
    'chunks',
  ),
  index: key(
    z.enum(['auto', 'exact', 'centroid']).default('auto'),
    'How the corpus is searched: every vector; or candidates by centroids of vectors, then their exact scores. auto: exact up to 5,000 traces.',
  ),
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
    crossFit: count(
      1,
      1,
      'Encoders that search for the training problems in place of each trained one, each trained without the labels of the part of the queries that it searches for; so the traces of training and test are equally good. 1: the one encoder searches for all.',
      'encoders',
    ),
  },
  'What all encoders among the retrievers share, and how the labelled queries are parted.',
);

/** What an encoder is made of where that is the policy. Only in its own entry: it has no default that others take. */
const policy = z
  .strictObject({
    layer: key(
      z.union([z.int().min(1), z.enum(['quarter', 'middle', 'last'])]).default('quarter'),
      'Layer whose hidden states stand for the tokens, from 1; those above it are not computed. quarter, middle: a quarter or half of all layers, rounded up.',
    ),
    train: key(
      z.enum(['projection', 'lora', 'full']).default('lora'),
      'What is trained: the projection to dim alone; low-rank changes of all layers in use too; or the weights themselves above frozenLayers of the entry.',
    ),
    rank: count(1, 8, 'With train: lora, rank of the changes; their strength alpha is twice the rank.'),
    attention: key(
      z.enum(['causal', 'full']).default('causal'),
      'Which tokens each token sees: those before it, as the policy was trained; or all of its text.',
    ),
    pooling: key(
      z.enum(['mean', 'last']).default('mean'),
      'With head: single-vector, what stands for a text: the mean of its tokens, or its last, behind which an end token is put.',
    ),
  })
  .optional()
  .meta({
    description:
      'Take the policy itself as encoder, up to a layer, in place of the small one over its token embeddings; {} takes all defaults.',
  });

/** A database that keeps the vectors of an encoder. Only in its own entry, as the policy. */
const server = z
  .strictObject({
    kind: key(
      z.enum(['next-plaid', 'lancedb']),
      'next-plaid: a NextPlaid server (vectors of 4 bits). lancedb: LanceDB in a folder or a bucket (float32; npm install @lancedb/lancedb).',
    ),
    url: z.string().min(1).meta({
      description: 'Address of the NextPlaid server; folder of LanceDB, or its bucket (s3://..., gs://..., az://...).',
      file: true,
      notFile: '^[a-z][a-z0-9+]*://',
    }),
    apiKeyEnv: key(
      z
        .string()
        .regex(/^[A-Z][A-Z0-9_]*$/, 'the name of an environment variable')
        .nullable()
        .default(null),
      'With next-plaid, name of the environment variable that holds the key; null: the server wants none. LanceDB finds the keys of a bucket in the environment by itself.',
    ),
    timeoutSeconds: positive(60, 'With next-plaid, longest time of a call.', 'seconds'),
  })
  .optional()
  .meta({
    description:
      'Keep and search the vectors in a database in place of the index of the run folder. The name there follows from encoder and corpus.',
  });

/** Hits that differ. */
const diversity = {
  diversity: key(
    z.enum(['none', 'vectors', 'class', 'type', 'truth']).optional(),
    'Hits that differ (none where it is not given): by their vectors (MMR, or a limit: mostAlike), or one of each class, type or truth before a second of any. The class of a trace is the one that labels within a budget (labels.selection.pairs) found it in, else its type.',
  ),
  lambda: key(
    z.number().min(0).max(1).optional(),
    'With diversity vectors: 1 counts relevance alone, 0 only being unlike the hits before; 0.7 where it is not given.',
    'share',
  ),
  mostAlike: key(
    z.number().min(0).max(1).optional(),
    'With diversity vectors, in place of lambda: largest cosine of the vectors of a hit and of one before it; where too few are below it, the best of the others fill up.',
    'cosine',
  ),
};

/** The same for retrievers without vectors. */
const classDiversity = {
  diversity: key(
    z.enum(['none', 'class', 'type', 'truth']).optional(),
    'Hits that differ (none where it is not given): one of each class, type or truth before a second of any. The class of a trace is the one that labels within a budget (labels.selection.pairs) found it in, else its type.',
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
    policy,
    server,
    model: path(
      'Folder of an encoder with weights and tokenizer of its own (BERT, RoBERTa, MPNet or ModernBERT, of PyLate, sentence-transformers or plain; or a retriever that was trained here, as runs/NAME/retriever/learned), which says head, prefixes and lengths unless the entry does; learningRate is 3e-5 unless the entry says it. null: a small encoder over the token embeddings of the policy.',
    ),
    frozenLayers: count(
      0,
      0,
      'Lowest layers of the encoder in the folder, or of the policy with train: full, that training leaves as they are, and what is below them.',
      'layers',
    ),
    ...diversity,
    ...inherited(encoderKeys, 'retriever'),
  })
  .meta({
    description: 'An encoder, from a folder or over the token embeddings of the policy, trained on the labels or not.',
  });

const bm25 = z
  .strictObject({
    kind: kind('bm25'),
    k1: atLeast(0, 1.2, 'How much repeats of a word count; 0: a word counts once.'),
    b: share(0.75, 'How much long documents are marked down; 0: not at all.'),
    ...classDiversity,
    document: key(
      documents,
      'What of a trace is indexed. The section retriever, which is about encoders, says nothing of it: words of traces alone say little.',
    ),
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

const oracle = z.strictObject({ kind: kind('oracle') }).meta({
  description: 'A trace of the same truth, drawn at random: a right one, which need not be the one that helps most.',
});

const rerank = z
  .strictObject({
    kind: kind('rerank'),
    first: key(
      z.string().default('bm25'),
      'Name of the retriever that proposes candidates: BM25, an encoder, embeddings, or several of them (fuse).',
    ),
    // oxlint-disable-next-line unicorn/no-thenable -- a name, never a function, so nothing awaits it
    then: key(
      z.string().default('learned'),
      'Name of the retriever that puts them in order: an encoder, or embeddings.',
    ),
    candidates: count(1, 100, 'Candidates of a problem.', 'traces'),
    ...diversity,
  })
  .meta({ description: 'Candidates of one retriever, ranked by another: BM25 and exact late interaction by default.' });

const fuse = z
  .strictObject({
    kind: kind('fuse'),
    of: shares(
      { learned: 1, bm25: 1 },
      'Weights of at least two retrievers by their names: encoders, embeddings, BM25. What is given replaces the whole default.',
    ),
    rankConstant: atLeast(
      0,
      60,
      'A trace scores the sum of weight / (rankConstant + rank) over the retrievers that find it; the larger, the less the best ranks stand out.',
    ),
    candidates: count(1, 100, 'Hits of each retriever that count.', 'traces'),
    ...classDiversity,
  })
  .meta({ description: 'Several retrievers at once, by the ranks that they give a trace (reciprocal rank fusion).' });

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
      z.discriminatedUnion('kind', [encoder, bm25, rerank, fuse, embeddings, random, oracle]),
    )
    .prefault(defaultRetrievers),
  'Retrievers by name, each of a kind; arms refer to the names. Entries of a file stand beside these, or change keys of theirs.',
);
