/**
 * Training a retriever (stage 2 of the paper): batches of labelled pairs, InfoNCE or a loss of graded labels, AdamW with
 * linear warm-up, and the checkpoint with the best recall@1 on the validation queries kept. Seeded: the same data,
 * options and seed give the same weights, also where it was interrupted and went on from a checkpoint.
 */
import { checkpointClock } from '../../core/checkpoint-due.js';
import { atPlace, RaRftError } from '../../core/errors.js';
import { silent, type Progress } from '../../core/progress.js';
import { Rng } from '../../core/rng.js';
import type { Trace } from '../../data/types.js';
import type { DocumentText, QueryText } from '../encode/text.js';
import type { TrainableEncoder } from '../encode/types.js';
import type { Query } from '../types.js';
import { draws, makeBatch, type BatchOptions, type InBatchPositives, type Negatives } from './batches.js';
import type { CheckpointStore } from './checkpoint.js';
import { checkTeachable, drawDocuments, type DocumentOptions } from './documents.js';
import { gainUnit, spreadWeights } from './gains.js';
import { mineHardNegatives, type HardNegativeOptions, type HardNegatives } from './hard-negatives.js';
import { SATURATION } from './infonce.js';
import { looksEvery } from './looks.js';
import { DEFAULT_LOSS, isGraded, type LossSettings } from './loss.js';
import { withoutNearDuplicates, type LabelledQuery } from './pairs.js';
import { isBetter, validate, type Candidates } from './ranking.js';
import { TextTokens } from './text-tokens.js';
import type { TrainMetrics, Validation } from './train-metrics.js';

/** Judged candidates of a query in a batch, where nothing else is said. */
const JUDGED_PER_QUERY = 16;
const CHECKPOINT_EVERY = 100;
const NO_HARD_NEGATIVES: HardNegativeOptions = { perQuery: 0, fromRank: 1, toRank: 1, margin: 0, everySteps: 0 };

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
  /** Steps between validations, or more where these would cost as much as the training; the last step is always validated. */
  evalEvery: number;
  seed: number;
  /** Default InfoNCE. `gainTemperature` is in units of the spread of the training queries' gains (`gainUnit`). */
  loss?: LossSettings;
  /** Default `in-batch`. */
  negatives?: Negatives;
  /** Judged candidates of each query in a batch, where the loss looks at them. Default 16. */
  judgedPerQuery?: number;
  /** `spread`: queries whose gains are further apart count more. Default `equal`. */
  queryWeights?: 'equal' | 'spread';
  /** Least similarity of near duplicates, which are no negatives; left out: only traces of the same question are none. */
  nearDuplicate?: number;
  /** Left out: none. */
  hardNegatives?: HardNegativeOptions;
  /** See `TrainUpdate.microBatch`. */
  microBatch?: number;
  /** Steps between checkpoints, where they are kept; five minutes after the last one there is one at any step. Default 100. */
  checkpointEvery?: number;
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
  /** What of a query is trained on, as it will be searched with. Default: its question. */
  queryText?: QueryText | undefined;
}

export interface TrainReport {
  /** The validation that was kept; undefined without validation queries: the last step's weights stay then. */
  best: Validation | undefined;
  trainQueries: number;
  validationQueries: number;
  truncatedQueries: number;
  /** Traces that are longer than one chunk: only their first chunk was trained on. */
  truncatedDocuments: number;
  /** Mean largest probability of the first batch was above 0.99: next to no gradient (summed scores, low temperature). */
  saturated: boolean;
}

export interface TrainHooks {
  /** Called with every step's and every validation's line, in order; no wall-clock times in them. */
  onMetrics?: (line: TrainMetrics | Validation) => void | Promise<void>;
  progress?: Progress;
  /** Where the training goes on from, and what it leaves on its way; the lines up to a checkpoint that is gone on from are not given again. */
  checkpoints?: CheckpointStore;
  /** Milliseconds of a clock, by which checkpoints are due. Default `performance.now`. */
  now?: () => number;
}

/** Trains `encoder` in place; at the end it holds the best weights. Throws `data` where fewer than two queries have positives, `not-finite` with the step where it diverges. */
export async function trainRetriever(
  encoder: TrainableEncoder,
  data: TrainData,
  options: TrainOptions,
  hooks: TrainHooks = {},
): Promise<TrainReport> {
  const { validation, candidates, exclude } = data;
  const { loss = DEFAULT_LOSS, negatives = 'in-batch', nearDuplicate, hardNegatives = NO_HARD_NEGATIVES } = options;
  if (data.train.length < 2) throw tooFew(data.train.length, validation.length);
  checkTeachable(data.train, { loss: loss.kind, negatives });
  const traces = [...candidates, ...[...data.train, ...validation].flatMap(tracesOf)];
  const train =
    nearDuplicate === undefined ? data.train : withoutNearDuplicates(data.train, distinct(traces), nearDuplicate);
  const queries = [...train, ...validation].map(({ query }) => query);
  const tokens = new TextTokens(encoder, queries, traces, data.text, data.queryText);
  const found: Candidates = { traces: candidates, ...(exclude && { exclude }) };
  const rng = Rng.fromSeed(options.seed).fork('retriever-training');
  const batchOptions: BatchOptions = {
    inBatchPositives: options.inBatchPositives,
    negatives,
    graded: isGraded(loss),
    ...(exclude && { exclude }),
    ...(options.queryWeights === 'spread' && { weightOf: spreadWeights(train) }),
  };
  const documentOptions: DocumentOptions = {
    loss: loss.kind,
    negatives,
    ...(exclude && { exclude }),
    judgedPerQuery: options.judgedPerQuery ?? JUDGED_PER_QUERY,
    hardPerQuery: hardNegatives.perQuery,
  };
  const settings = { ...loss, gainTemperature: loss.gainTemperature * gainUnit(train) };
  const mineEvery = hardNegatives.everySteps || stepsOfEpoch(train.length, options.batchSize);

  const from = await hooks.checkpoints?.load();
  if (from) await encoder.setTrainingState(from.net);
  const stream = draws(train, options.batchSize, rng.fork('batches'));
  for (let drawn = 0; drawn < (from?.step ?? 0); drawn++) stream.next();
  const dropout = from ? Rng.fromState(from.dropout) : rng.fork('token-dropout');
  let { best, saturated = false } = from ?? {};
  let mined = minedOf(from?.mined, candidates);
  const progress = hooks.progress ?? silent;
  const evalEvery = looksEvery(encoder.info, { ...data, train }, tokens, { ...options, documents: documentOptions });
  if (validation.length > 0 && evalEvery > options.evalEvery)
    progress.line(
      `validation on ${validation.length} queries and ${candidates.length} traces is costly beside ${options.steps} steps: every ${evalEvery} steps`,
    );
  const clock = checkpointClock(options.checkpointEvery ?? CHECKPOINT_EVERY, hooks.now);
  const task = progress.task('train retriever', options.steps, 'steps', from?.step ?? 0);
  for (let step = (from?.step ?? 0) + 1; step <= options.steps; step++) {
    if (hardNegatives.perQuery > 0 && (step - 1) % mineEvery === 0) {
      mined = await mineHardNegatives(encoder, train, found, tokens, { ...hardNegatives, negatives });
    }
    const draw = stream.next().value;
    const beside = drawDocuments(draw, documentOptions, mined, rng.fork(`documents/${step}`));
    const batch = tokens.batch(makeBatch(draw, batchOptions, beside), options.tokenDropout, dropout);
    const learningRate = options.learningRate * schedule(step, options);
    const result = await encoder.step({ ...batch, loss: settings }, { ...options, learningRate }).catch((error) => {
      throw atPlace(`retriever training, step ${step}`, error, 'Lower retriever.learningRate.');
    });
    if (step === 1) saturated = result.meanMaxProbability > SATURATION;
    await hooks.onMetrics?.({ step, learningRate, ...result });
    if (validation.length > 0 && (step === options.steps || step % evalEvery === 0)) {
      const line = await validate(encoder, validation, found, tokens, step);
      await hooks.onMetrics?.(line);
      if (isBetter(line, best?.validation)) best = { validation: line, weights: await encoder.snapshot() };
    }
    if (hooks.checkpoints && step < options.steps && clock.isDue(step)) {
      const net = await encoder.trainingState();
      const ids = hardNegatives.perQuery > 0 ? { mined: idsOf(mined) } : {};
      await hooks.checkpoints.save({
        step,
        net,
        dropout: dropout.getState(),
        saturated,
        ...(best && { best }),
        ...ids,
      });
      clock.saved();
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

/** Steps in which every query comes once; what is left over of an epoch is dropped. */
export function stepsOfEpoch(queries: number, batchSize: number): number {
  return Math.max(1, Math.floor(queries / Math.min(batchSize, queries)));
}

/** Factor of the learning rate at a step (from 1): linear warm-up, then linear decay to 0 one step after the last. */
export function schedule(step: number, { steps, warmupShare }: Pick<TrainOptions, 'steps' | 'warmupShare'>): number {
  const warmup = Math.round(warmupShare * steps);
  if (step <= warmup) return step / warmup;
  return (steps + 1 - step) / (steps - warmup);
}

function tracesOf({ positives, judged = [] }: LabelledQuery): Trace[] {
  return [...positives, ...judged.map(({ trace }) => trace)];
}

function distinct(traces: readonly Trace[]): Trace[] {
  return [...new Map(traces.map((trace) => [trace.id, trace])).values()];
}

function idsOf(mined: HardNegatives): Record<string, string[]> {
  return Object.fromEntries([...mined].map(([query, traces]) => [query, traces.map(({ id }) => id)]));
}

function minedOf(ids: Record<string, string[]> = {}, candidates: readonly Trace[]): HardNegatives {
  const byId = new Map(candidates.map((trace) => [trace.id, trace]));
  return new Map(Object.entries(ids).map(([query, own]) => [query, own.map((id) => byId.get(id)!)]));
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
