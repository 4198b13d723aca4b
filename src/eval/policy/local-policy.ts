/** A policy on this machine: the engine samples all attempts of a problem together. */
import type { Rng } from '../../core/rng.js';
import { checkSamples } from '../../engine/results.js';
import type { Policy, SampleOptions } from '../../engine/types.js';
import { doesNotFit, type EvalCodec } from '../evaluate.js';
import { problemKey, type Sampled, type SampleTask, type TextPolicy } from './types.js';

export interface LocalPolicyOptions {
  name: string;
  policy: Policy;
  codec: EvalCodec;
  sampling: Omit<SampleOptions, 'stopTokens'>;
  /** A problem's samples are drawn from this stream and its name alone. */
  rng: Rng;
  /** Frees the policy and what it runs on. */
  dispose: () => Promise<void>;
}

/** Problems of one engine call: what a kill can lose. */
const BATCH_PROBLEMS = 64;

/** Answers are judged as they are read: the codec puts thinking that the prompt opened before them. */
export function localPolicy(options: LocalPolicyOptions): TextPolicy {
  return {
    name: options.name,
    failureCode: 'context-length',
    async *sample(tasks, wanted) {
      const problems = byProblem(tasks);
      for (let from = 0; from < problems.length; from += BATCH_PROBLEMS) {
        const batch = problems.slice(from, from + BATCH_PROBLEMS);
        // Sampled whole where any is missing: the rounding of other batch shapes may turn a token.
        if (batch.some((attempts) => attempts.some(wanted)))
          yield (await sampleBatch(batch, options)).filter(({ task }) => wanted(task));
      }
    },
    dispose: options.dispose,
  };
}

async function sampleBatch(batch: readonly SampleTask[][], options: LocalPolicyOptions): Promise<Sampled[]> {
  const { policy, codec, sampling, rng } = options;
  const prompted = batch.map((attempts) => {
    const [first] = attempts as [SampleTask];
    const prompt = codec.prompt(first.problem, first.context);
    return { attempts, prompt, failed: doesNotFit(prompt.length, sampling.maxTokens, policy.info.maxContext), first };
  });
  const fitting = prompted.filter(({ failed }) => failed === undefined);
  const requests = fitting.map(({ prompt, attempts, first }) => {
    return { prompt, n: attempts.length, seed: rng.fork(problemKey(first.set, first.problem.id)).nextUint32() };
  });
  const texts = new Map<SampleTask, Sampled>();
  if (requests.length > 0) {
    const result = await policy.sample(requests, { ...sampling, stopTokens: codec.stopTokens });
    checkSamples(requests, result);
    for (const [i, { attempts }] of fitting.entries()) {
      for (const [j, task] of attempts.entries()) {
        const { tokens, stopReason } = result.samples_NG[i]![j]!;
        const text = codec.decode(tokens);
        texts.set(task, { task, text, said: text, tokens: tokens.length, stopReason });
      }
    }
  }
  return prompted.flatMap(({ attempts, failed = '' }) =>
    attempts.map((task): Sampled => texts.get(task) ?? { task, failed }),
  );
}

/** Tasks of each problem, which follow each other. */
function byProblem(tasks: readonly SampleTask[]): SampleTask[][] {
  const problems = new Map<string, SampleTask[]>();
  for (const task of tasks) {
    const key = problemKey(task.set, task.problem.id);
    const attempts = problems.get(key);
    if (attempts) attempts.push(task);
    else problems.set(key, [task]);
  }
  return [...problems.values()];
}
