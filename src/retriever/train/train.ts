/**
 * Training a retriever (stage 2 of the paper): batches of labelled pairs, InfoNCE with in-batch negatives, AdamW with
 * linear warm-up, and the checkpoint with the best recall@1 on the validation queries kept. Seeded: the same data,
 * options and seed give the same weights, so an interrupted training is simply run again.
 */
import { atPlace, RaRftError } from '../../core/errors.js';
import { silent, type Progress } from '../../core/progress.js';
import { Rng } from '../../core/rng.js';
import type { Trace } from '../../data/types.js';
import type { Params } from '../../models/parameters.js';
import { batches, type Batch, type InBatchPositives } from './batches.js';
import type { TokenBatch } from '../encode/net/port.js';
import { documentText, type DocumentText } from '../encode/text.js';
import type { TokenText } from '../encode/token-text.js';
import type { TrainableEncoder } from '../encode/types.js';
import { SATURATION } from './infonce.js';
import { gradeRanking, mean } from '../grade/metrics.js';
import type { LabelledQuery } from './pairs.js';
import { RankedTraces } from '../score/ranking.js';
import type { TrainMetrics, Validation } from './train-metrics.js';
import type { Query } from '../types.js';

export interface TrainOptions {
  steps: number;
  /** Pairs of a batch. */
  batchSize: number;
  /** Peak learning rate. */
  learningRate: number;
  /** Share of the steps over which the learning rate rises; it then falls linearly to zero. */
  warmupShare: number;
  weightDecay: number;
  /** Clip the global gradient norm to this; 0 does not clip. */
  maxGradNorm: number;
  inBatchPositives: InBatchPositives;
  /** Share of the tokens left out of each training text, drawn anew each time: against learning noisy labels by heart. */
  tokenDropout: number;
  /** Steps between validations; the last step is always validated. */
  evalEvery: number;
  seed: number;
}

export interface TrainData {
  /** Queries with positives; see `collectLabels` and `splitQueries`. */
  train: readonly LabelledQuery[];
  /** Queries that choose the checkpoint; nothing is trained on them. May be empty. */
  validation: readonly LabelledQuery[];
  /** Traces that validation ranks: all that training may know, never those of the unseen split. */
  candidates: readonly Trace[];
  /** Pairs that must not meet, as in search. */
  exclude?: (query: Query, trace: Trace) => boolean;
  /** What of a trace is trained on, as it will be indexed. */
  text: DocumentText;
}

export interface TrainReport {
  /** The validation that was kept; undefined without validation queries: the last step's weights stay then. */
  best: Validation | undefined;
  trainQueries: number;
  validationQueries: number;
  truncatedQueries: number;
  truncatedDocuments: number;
  /** Mean largest probability of the first batch was above 0.99: next to no gradient (summed scores, low temperature). */
  saturated: boolean;
}

export interface TrainHooks {
  /** Called with every step's and every validation's line, in order; no wall-clock times in them. */
  onMetrics?: (line: TrainMetrics | Validation) => void | Promise<void>;
  progress?: Progress;
}

/** Trains `encoder` in place; at the end it holds the best weights. Throws `data` where fewer than two queries have positives, `not-finite` with the step where it diverges. */
export async function trainRetriever(
  encoder: TrainableEncoder,
  data: TrainData,
  options: TrainOptions,
  hooks: TrainHooks = {},
): Promise<TrainReport> {
  const rng = Rng.fromSeed(options.seed).fork('retriever-training');
  const { train, validation } = data;
  if (train.length < 2) throw tooFew(train.length, validation.length);
  const tokens = tokenise(encoder, data);
  const stream = batches(
    train,
    { ...options, ...(data.exclude ? { exclude: data.exclude } : {}) },
    rng.fork('batches'),
  );
  const dropout = rng.fork('token-dropout');
  const task = (hooks.progress ?? silent).task('train retriever', options.steps, 'steps');
  let best: { validation: Validation; weights: Params } | undefined;
  let saturated = false;
  for (let step = 1; step <= options.steps; step++) {
    const learningRate = options.learningRate * schedule(step, options);
    const batch = toTokens(stream.next().value, tokens, options.tokenDropout, dropout);
    const result = await encoder.step(batch, { ...options, learningRate }).catch((error: unknown) => {
      throw atPlace(`retriever training, step ${step}`, error, 'Lower retriever.learningRate.');
    });
    if (step === 1) saturated = result.meanMaxProbability > SATURATION;
    await hooks.onMetrics?.({ step, learningRate, ...result });
    if (validation.length > 0 && (step === options.steps || step % options.evalEvery === 0)) {
      const found = await validate(encoder, data, tokens, step);
      await hooks.onMetrics?.(found);
      if (isBetter(found, best?.validation)) best = { validation: found, weights: await encoder.snapshot() };
    }
    task.update(
      step,
      `loss ${result.loss.toFixed(3)}${best ? `, recall@1 ${best.validation.recallAt1.toFixed(2)}` : ''}`,
    );
  }
  if (best) await encoder.restore(best.weights);
  task.end();
  return {
    best: best?.validation,
    trainQueries: train.length,
    validationQueries: validation.length,
    truncatedQueries: tokens.truncatedQueries,
    truncatedDocuments: tokens.truncatedDocuments,
    saturated,
  };
}

/** Factor of the learning rate at a step (from 1): linear warm-up, then linear decay to 0 one step after the last. */
export function schedule(step: number, { steps, warmupShare }: Pick<TrainOptions, 'steps' | 'warmupShare'>): number {
  const warmup = Math.round(warmupShare * steps);
  if (step <= warmup) return step / warmup;
  return (steps + 1 - step) / (steps - warmup);
}

interface Tokens {
  queries: ReadonlyMap<string, TokenText>;
  traces: ReadonlyMap<string, TokenText>;
  truncatedQueries: number;
  truncatedDocuments: number;
}

/** Every text is tokenised once. */
function tokenise(encoder: TrainableEncoder, { train, validation, candidates, text }: TrainData): Tokens {
  const labelled = [...train, ...validation];
  const traces = [...new Map([...candidates, ...labelled.flatMap((l) => l.positives)].map((t) => [t.id, t])).values()];
  const queries = encoder.tokenize(
    labelled.map((l) => l.query.question),
    'query',
  );
  const documents = encoder.tokenize(
    traces.map((trace) => documentText(trace, text)),
    'document',
  );
  return {
    queries: new Map(labelled.map((l, i) => [l.query.id, queries.texts[i] as TokenText])),
    traces: new Map(traces.map((t, i) => [t.id, documents.texts[i] as TokenText])),
    truncatedQueries: queries.truncated,
    truncatedDocuments: documents.truncated,
  };
}

/** The batch as tokens, each text without a random share of them. */
function toTokens({ queries, documents, masks }: Batch, tokens: Tokens, dropout: number, rng: Rng): TokenBatch {
  const thinned = (text: TokenText | undefined): TokenText => (dropout > 0 ? thin(text!, dropout, rng) : text!);
  return {
    queries_Q: queries.map((l) => thinned(tokens.queries.get(l.query.id))),
    documents_D: documents.map((t) => thinned(tokens.traces.get(t.id))),
    masks,
  };
}

/** The text without a random share of its tokens, or whole where none would be left. */
function thin({ ids, attended, kept }: TokenText, dropout: number, rng: Rng): TokenText {
  const stays = ids.map(() => (rng.next() >= dropout ? 1 : 0));
  if (!stays.includes(1)) return { ids, ...(attended && { attended }), ...(kept && { kept }) };
  const of = <T extends Int32Array | Uint8Array>(values: T): T => values.filter((_, i) => stays[i] === 1) as T;
  return { ids: of(ids), ...(attended && { attended: of(attended) }), ...(kept && { kept: of(kept) }) };
}

/** Ranks all candidates for the validation queries. Traces without a label of the query count as not relevant. */
async function validate(encoder: TrainableEncoder, data: TrainData, tokens: Tokens, step: number): Promise<Validation> {
  const { validation, candidates, exclude } = data;
  const vectorsOf = (texts: readonly (TokenText | undefined)[]) => encoder.encodeTokens(texts as TokenText[]);
  await encoder.scorer.setDocuments(await vectorsOf(candidates.map(({ id }) => tokens.traces.get(id))));
  const scores = await encoder.scorer.score(
    await vectorsOf(validation.map(({ query }) => tokens.queries.get(query.id))),
  );
  const ranked = new RankedTraces(candidates);
  const queries = validation.map((l) => l.query);
  const hits_Q = queries.map((query, q) => {
    const row = scores.subarray(q * candidates.length, (q + 1) * candidates.length);
    const refused = candidates.filter((trace) => exclude?.(query, trace) === true).map(({ id }) => id);
    return ranked.rank(query, row, { k: candidates.length, exclude: new Set(refused) });
  });
  const positives = new Map(validation.map((l) => [l.query.id, new Set(l.positives.map((t) => t.id))]));
  const graded = gradeRanking(queries, hits_Q, (query, trace) => (positives.get(query.id)?.has(trace.id) ? 1 : 0), {
    ks: [1],
    candidates: (query) => candidates.filter((trace) => !exclude?.(query, trace)),
  });
  return {
    step,
    recallAt1: mean(graded.recallAt[1] ?? []) ?? 0,
    mrr: mean(graded.reciprocalRank) ?? 0,
    queries: graded.queryIds.length,
  };
}

/** More recall@1 wins, then more MRR, then the later step. */
function isBetter(a: Validation, b: Validation | undefined): boolean {
  if (!b || a.recallAt1 !== b.recallAt1) return !b || a.recallAt1 > b.recallAt1;
  return a.mrr >= b.mrr;
}

function tooFew(train: number, validation: number): RaRftError {
  const apart = validation === 0 ? '' : ` beside ${validation} for validation`;
  return new RaRftError({
    code: 'data',
    message: `${train} labelled queries${apart} have a positive, which is too few to train a retriever`,
    where: 'labels',
    expected: 'at least 2; a few hundred to learn something',
    hint: 'Label more queries (labels.maxQueries), or look at why labels have no positives.',
  });
}
