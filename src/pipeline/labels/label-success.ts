/**
 * Whether labels predict success: for a sample of the labelled pairs, the policy that the labels were measured with answers the
 * problem without a trace and with each trace, and the reward's verifier counts the right ones.
 */
import { join } from 'node:path';
import type { Config } from '../../config/index.js';
import { RaRftError } from '../../core/errors.js';
import { silent, type Progress } from '../../core/progress.js';
import type { RunFolder } from '../../runs/run-folder.js';
import type { Problem, Trace } from '../../data/index.js';
import {
  averageAtK,
  gainAgainstSuccess,
  type EvalRecord,
  type GainSuccess,
  type ProblemSuccess,
} from '../../eval/index.js';
import { drawScored, type ScoredLabel } from '../../judge/index.js';
import { prepareData } from '../data/data-stage.js';
import { acceptChanges } from '../growth.js';
import { type DataSets } from '../data/data-sets.js';
import { openConfiguredEngine } from '../engines.js';
import { labelPairs } from './alternation.js';
import { sampledKey, samplePairs, type SampledPair } from './sample-pairs.js';
import { openSession, type OpenEngine } from '../session.js';
import { labellingPolicy } from '../arms/warmup-stage.js';

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

/** One prompt to be sampled, and the score of its label; undefined without a trace. */
type Ask = SampledPair & { gain: number | undefined };

/**
 * Measures success beside the labels of a run; labels are made first where they are missing. What was sampled is kept in
 * label-success.jsonl and not sampled again. Throws `data` where no problem has two labels with a score.
 */
export async function measureLabelSuccess(
  config: Config,
  run: RunFolder,
  options: LabelSuccessOptions,
): Promise<LabelSuccess> {
  const { progress = silent, openEngine = openConfiguredEngine } = options;
  const session = await openSession(config, run, openEngine, { progress });
  try {
    await acceptChanges(session);
    const data = await prepareData(session);
    const { labels, policy } = await labelPairs(session, data, await labellingPolicy(session, data));
    const drawn = drawScored(labels, { ...options, rng: session.rng.fork('success') });
    if (drawn.length === 0) throw withoutScores(run);
    const asks = drawn.map((own) => asksOf(own, data));
    const { samples } = options;
    const sampling = {
      use: 'labels' as const,
      samples,
      path: join(run.root, 'label-success.jsonl'),
      stream: 'success/answers',
    };
    const records = await samplePairs(session, policy, asks.flat(), sampling);
    const measured = asks.map((own) => successOf(own, records));
    const rng = session.rng.fork('success/intervals');
    const judged = [...records.values()].filter((record) => averageAtK(record.samples) !== undefined);
    return {
      ...gainAgainstSuccess(measured, { resamples: config.eval.bootstrapSamples, rng }),
      samples,
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
    { problem, trace: undefined, gain: undefined },
    ...labels.map(({ traceId, score }) => ({
      problem,
      trace: corpus.find(({ id }) => id === traceId) as Trace,
      gain: score,
    })),
  ];
}

function successOf(asks: readonly Ask[], records: ReadonlyMap<string, EvalRecord>): ProblemSuccess {
  const measured = asks.map((ask) => ({
    gain: ask.gain,
    success: averageAtK(records.get(sampledKey(ask))?.samples ?? []),
  }));
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
