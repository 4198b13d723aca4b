/** Groups that are worked on as they come, while others are still being sampled. */
import type { Report } from '../core/worker-rpc.js';
import { checkSamples } from './results.js';
import type { Policy, Sample, SampleOptions, SampleRequest } from './types.js';

export interface GroupWork<T> {
  /** Begun with each group as soon as the engine tells it, at the latest when all are there; `n` is its place among the requests. */
  work: (samples_G: readonly Sample[], n: number) => Promise<T>;
  report?: Report | undefined;
  /** Called when all is sampled; work may be under way. */
  onSampled?: (() => void) | undefined;
}

/**
 * Samples and works on every group; results in the order of the requests, however the groups came. Throws as `sample` and {@link checkSamples}
 * do, before any failure of the work.
 */
export async function workAsTheyCome<T>(
  policy: Pick<Policy, 'sample'>,
  requests: readonly SampleRequest[],
  options: SampleOptions,
  { work, report, onSampled }: GroupWork<T>,
): Promise<{ policyVersion: number; results_N: T[] }> {
  // By the samples themselves: an engine that had to sample anew tells a group again, and what it gives in the end counts.
  const begun = new Map<readonly Sample[], Promise<T>>();
  const begin = (samples_G: readonly Sample[], n: number): Promise<T> => {
    const known = begun.get(samples_G);
    if (known) return known;
    const result = work(samples_G, n);
    result.catch(() => undefined); // told when it is waited for, if it is
    begun.set(samples_G, result);
    return result;
  };
  const sampled = await policy.sample(requests, options, report, (samples_G, n) => void begin(samples_G, n));
  checkSamples(requests, sampled);
  onSampled?.();
  return {
    policyVersion: sampled.policyVersion,
    results_N: await Promise.all(sampled.samples_NG.map((samples_G, n) => begin(samples_G, n))),
  };
}
