/** A retriever in memory, trained on some labels: budgeted selection asks it where to look next. */
import { Rng } from '../../core/rng.js';
import type { Problem, Trace, TraceGuard } from '../../data/index.js';
import type { Label, ScoreCandidates } from '../../judge/index.js';
import {
  collectLabels,
  documentText,
  queryText,
  scoreTexts,
  splitQueries,
  withoutUnjudged,
  type EncoderSettings,
  type Query,
} from '../../retriever/index.js';
import { withTrainedEncoder, type EncoderPlan } from '../retrieve/encoder-training.js';

export interface QuickRetrieverOptions extends EncoderPlan {
  /** Share of the queries by which the weights are chosen. */
  validationShare: number;
  /** Share of the queries that take no part; default 0. */
  testShare?: number;
  /** Seed by which the queries are parted; default `seed`. */
  partsSeed?: number;
  /** Which pairs may meet in training. */
  guard: TraceGuard;
  /** What traces of a judged type without a label are; default `unknown`. */
  unjudged?: 'unknown' | 'negative';
}

/** Scores of queries by traces, row by row. */
export type ScoreAll = (queries: readonly Query[], traces: readonly Trace[]) => Promise<Float32Array>;

/** The settings of a quick training: so many steps on verdicts, which few labels always give something to learn from. */
export function quickSettings<T extends EncoderSettings>(settings: T, steps: number): T {
  return { ...settings, steps, epochs: 0, loss: 'infonce', negatives: 'in-batch', hardNegatives: 0 };
}

/** Queries with a positive below which training is no use: one batch of that many has hardly a negative. */
const LEAST_QUERIES = 8;

/**
 * Trains on the labels, hands `use` a way to score, and gives its result; undefined where too few queries have positives.
 * Nothing is kept on disk.
 */
export async function withTrainedRetriever<T>(
  labels: readonly Label[],
  data: { problems: readonly Problem[]; traces: readonly Trace[] },
  options: QuickRetrieverOptions,
  use: (score: ScoreAll) => Promise<T>,
): Promise<T | undefined> {
  const { validationShare, testShare = 0, guard, seed, partsSeed = seed } = options;
  const collected = collectLabels(labels, data.problems, data.traces).labelled;
  const labelled = options.unjudged === 'negative' ? collected : withoutUnjudged(collected, labels, data.traces);
  if (labelled.length < LEAST_QUERIES) return undefined;
  const exclude = (query: Query, trace: Trace) => !guard.mayTeach(query, trace);
  const { train, validation } = splitQueries(labelled, { validationShare, testShare }, partsSeed);
  const queries = { train, validation, candidates: data.traces, exclude };
  return withTrainedEncoder(options, queries, {}, ({ encoder, spec }) =>
    use(async (queries, traces) => {
      const documents = traces.map((trace) => documentText(trace, spec.text));
      const questions = queries.map((query) => queryText(query, spec.queryText));
      return scoreTexts(encoder, questions, documents);
    }),
  );
}

/** Least token dropout of a quick training: its pairs are few, and soon known by heart. */
const QUICK_TOKEN_DROPOUT = 0.2;

/**
 * The `score` of budgeted selection. Every round trains anew, with a seed of its own that no round of another seed has; no query
 * is set apart for validation, since a handful would choose a checkpoint by luck.
 */
export function scoreByQuickRetriever(options: QuickRetrieverOptions): ScoreCandidates {
  return async (labels, queries, round) => {
    const problems = queries.map(({ problem }) => problem);
    const traces = [...new Map(queries.flatMap(({ candidates }) => candidates).map((t) => [t.id, t])).values()];
    const place = new Map(traces.map(({ id }, at) => [id, at]));
    const { tokenDropout } = options.settings;
    const settings = {
      ...options,
      settings: { ...options.settings, tokenDropout: Math.max(tokenDropout, QUICK_TOKEN_DROPOUT) },
      validationShare: 0,
      // Not `seed + round`: that is a round of the neighbouring seed's run.
      seed: Rng.fromSeed(options.seed).fork(`quick-retriever/${round}`).nextUint32(),
    };
    return withTrainedRetriever(labels, { problems, traces }, settings, async (score) => {
      const scores = await score(problems, traces);
      return queries.map(({ candidates }, q) =>
        aroundMean(candidates.map(({ id }) => scores[q * traces.length + place.get(id)!]!)),
      );
    });
  };
}

/** Scores of one query less their mean: how much more a candidate fits than any. */
function aroundMean(scores: readonly number[]): Float32Array {
  const mean = scores.reduce((a, b) => a + b, 0) / scores.length;
  return Float32Array.from(scores, (score) => score - mean);
}
