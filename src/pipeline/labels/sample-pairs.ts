/** Answers of a policy to problems with given traces in the prompt, judged by the run's verifier: what success is counted from. */
import type { GenerationUse } from '../../config/index.js';
import { hashJson } from '../../core/hash.js';
import { showing, type Problem, type Trace } from '../../data/index.js';
import type { Policy } from '../../engine/index.js';
import { evaluate, type EvalRecord } from '../../eval/index.js';
import { pairKey } from '../../judge/index.js';
import { promptWording } from '../fingerprint.js';
import { samplerOf, type Session } from '../session.js';
import { withRunPolicy } from '../arms/trained-part.js';
import type { StartPolicy } from '../arms/warmup-stage.js';

/** A problem and the trace in its prompt; undefined for none. */
export interface SampledPair {
  problem: Problem;
  trace: Trace | undefined;
}

export interface SamplePairsOptions {
  /** Whose generation settings hold. */
  use: GenerationUse;
  /** Answers sampled for each pair. */
  samples: number;
  /** Path of an append-only file; pairs that stand in it are not sampled again. */
  path: string;
  /** Name of the random stream. */
  stream: string;
}

/** Names a pair in the records: the `problemId` of its record. */
export function sampledKey({ problem, trace }: SampledPair): string {
  return pairKey({ problemId: problem.id, traceId: trace?.id ?? '' });
}

/** Samples and judges all pairs; their records by {@link sampledKey}. */
export async function samplePairs(
  session: Session,
  policy: StartPolicy,
  pairs: readonly SampledPair[],
  { use, samples, path, stream }: SamplePairsOptions,
): Promise<Map<string, EvalRecord>> {
  const { config, verifier, rng, progress } = session;
  const sample = (opened: Policy) =>
    evaluate({
      policy: opened,
      ...samplerOf(session, use),
      verifier,
      problems: pairs.map(({ problem }) => problem),
      contextOf: (_, index) => showing(pairs[index]?.trace),
      recordIdOf: (_, index) => sampledKey(pairs[index] as SampledPair),
      k: samples,
      maxPromptTokens: config.prompt.maxPromptTokens,
      rng: rng.fork(stream),
      policyKey: hashJson([policy.fingerprint, promptWording(config.prompt)]),
      path,
      // The stage that asks decides whether it may run again; then answers of other settings are none of its.
      replaceOthers: true,
      progress,
      label: 'answers',
    });
  const records = await withRunPolicy(session, policy.folder, sample);
  return new Map(records.map((record) => [record.problemId, record]));
}
