/**
 * Whether labels predict success: for a sample of the labelled pairs, the policy that the labels were measured with answers the
 * problem without a trace and with each trace, and the reward's verifier counts the right ones.
 */
import { join } from 'node:path';
import type { Config } from '../config/index.js';
import { RaRftError } from '../core/errors.js';
import { hashJson } from '../core/hash.js';
import { silent, type Progress } from '../core/progress.js';
import type { RunFolder } from '../core/run-folder.js';
import type { Problem, Trace } from '../data/index.js';
import {
  averageAtK,
  evaluate,
  gainAgainstSuccess,
  type EvalRecord,
  type GainSuccess,
  type ProblemSuccess,
} from '../eval/index.js';
import { drawScored, pairKey, type ScoredLabel } from '../judge/index.js';
import { prepareData, type DataSets } from './data-stage.js';
import { openLocalEngine } from './engines.js';
import { labelPairs } from './label-stage.js';
import { openSession, type OpenEngine, type Session } from './session.js';
import { warmUp, type StartPolicy } from './warmup-stage.js';

export interface LabelSuccessOptions {
  /** Problems drawn. */
  problems: number;
  /** Traces of each problem, at even steps down its ranking by gain; at least 2. */
  traces: number;
  /** Answers sampled for each prompt. */
  samples: number;
  progress?: Progress;
  /** Another engine than the local one. */
  openEngine?: OpenEngine;
}

export interface LabelSuccess extends GainSuccess {
  samples: number;
  /** Prompts that gave no success: too long, or no answer of theirs could be judged. In none of the figures. */
  failedPrompts: number;
  /** Answers without a verdict among the others; in none of the figures. */
  failedAnswers: number;
}

/** One prompt to be sampled; `key` is its id in the records. */
interface Ask {
  key: string;
  problem: Problem;
  trace: Trace | undefined;
  gain: number | undefined;
}

/**
 * Measures success beside the labels of a run; labels are made first where they are missing. What was sampled is kept in
 * label-success.jsonl and not sampled again. Throws `data` where no problem has two labels with a score.
 */
export async function measureLabelSuccess(
  config: Config,
  run: RunFolder,
  options: LabelSuccessOptions,
): Promise<LabelSuccess> {
  const { progress = silent, openEngine = openLocalEngine } = options;
  const session = await openSession(config, run, openEngine, progress);
  try {
    const data = await prepareData(session);
    const policy = await warmUp(session, data);
    const { labels } = await labelPairs(session, data, policy);
    const drawn = drawScored(labels, { ...options, rng: session.rng.fork('success') });
    if (drawn.length === 0) throw withoutScores(run);
    const asks = drawn.map((own) => asksOf(own, data));
    const records = await answer(session, policy, asks.flat(), options.samples);
    const measured = asks.map((own) => successOf(own, records));
    const rng = session.rng.fork('success/intervals');
    const judged = [...records.values()].filter((record) => averageAtK(record.samples) !== undefined);
    return {
      ...gainAgainstSuccess(measured, { resamples: config.eval.bootstrapSamples, rng }),
      samples: options.samples,
      failedPrompts: records.size - judged.length,
      failedAnswers: judged.flatMap((record) => record.samples).filter(({ reward }) => reward === null).length,
    };
  } finally {
    await session.close();
  }
}

/** The prompts of one problem: without a trace, and with each. */
function asksOf(labels: readonly ScoredLabel[], { train, corpus }: DataSets): Ask[] {
  const problemId = labels[0]?.problemId ?? '';
  const problem = train.find(({ id }) => id === problemId) as Problem;
  return [
    { key: pairKey({ problemId, traceId: '' }), problem, trace: undefined, gain: undefined },
    ...labels.map((label) => ({
      key: pairKey(label),
      problem,
      trace: corpus.find(({ id }) => id === label.traceId) as Trace,
      gain: label.score,
    })),
  ];
}

/** Samples and judges all prompts; records by the key of their prompt. */
async function answer(
  session: Session,
  policy: StartPolicy,
  asks: readonly Ask[],
  samples: number,
): Promise<Map<string, EvalRecord>> {
  const { config, run, codec, verifier, rng, progress } = session;
  const engine = await session.engine();
  await engine.load(policy.folder);
  const traces = new Map(asks.map(({ key, trace }) => [key, trace]));
  const sampling = { maxTokens: config.rl.maxTokens, temperature: config.eval.temperature };
  const policyKey = hashJson([policy.fingerprint, config.prompt]);
  const records = await evaluate({
    engine,
    codec,
    verifier,
    problems: asks.map(({ key, problem }) => ({ ...problem, id: key })),
    contextOf: ({ id }) => traces.get(id),
    k: samples,
    sampling,
    maxPromptTokens: config.prompt.maxPromptTokens,
    rng: rng.fork('success/answers'),
    policyKey,
    path: join(run.root, 'label-success.jsonl'),
    progress,
    label: 'answers',
  });
  return new Map(records.map((record) => [record.problemId, record]));
}

function successOf(asks: readonly Ask[], records: ReadonlyMap<string, EvalRecord>): ProblemSuccess {
  const measured = asks.map(({ key, gain }) => ({ gain, success: averageAtK(records.get(key)?.samples ?? []) }));
  return {
    problemId: asks[0]?.problem.id ?? '',
    withoutTrace: measured.find(({ gain }) => gain === undefined)?.success,
    points: measured.flatMap(({ gain, success }) =>
      gain === undefined || success === undefined ? [] : [{ gain, success }],
    ),
  };
}

function withoutScores(run: RunFolder): RaRftError {
  return new RaRftError({
    code: 'data',
    message: 'no problem has two labels with a score',
    where: run.paths.labels,
    expected: 'labels by measured utility, or by votes of a language model',
  });
}
