/** What k samples of a problem say about a policy: average@k, pass@k, maj@k. Pure. */
import { answerKey } from '../data/index.js';
import type { Verdict } from '../verify/index.js';

/** A judged sample; `reward` is null where the verifier failed, which is no zero. */
export interface JudgedSample {
  verdict: Verdict;
  reward: number | null;
}

/** Mean reward over the samples that have one; undefined where none has. */
export function averageAtK(samples: readonly JudgedSample[]): number | undefined {
  const rewards = samples.flatMap((s) => s.reward ?? []);
  return rewards.length === 0 ? undefined : rewards.reduce((a, b) => a + b, 0) / rewards.length;
}

/**
 * Chance that at least one of k samples is right, estimated without bias from n >= k samples of which c are right:
 * 1 - C(n-c, k) / C(n, k) (Chen et al., 2021). Undefined where there are fewer than k samples with a reward.
 */
export function passAtK(samples: readonly JudgedSample[], k: number): number | undefined {
  const judged = samples.filter((s) => s.reward !== null);
  const n = judged.length;
  if (k < 1 || n < k) return undefined;
  const wrong = n - judged.filter((s) => s.verdict.outcome === 'match').length;
  let none = 1;
  for (let i = 0; i < k; i++) none *= Math.max(0, wrong - i) / (n - i);
  return 1 - none;
}

/**
 * Whether the commonest answer among the first k samples is right: 1, 0, or the share of right ones where several are
 * equally common. Samples without an answer do not vote; 0 where none votes. Undefined with fewer than k judged samples.
 */
export function majAtK(samples: readonly JudgedSample[], k: number): number | undefined {
  const judged = samples.filter((s) => s.reward !== null).slice(0, k);
  if (k < 1 || judged.length < k) return undefined;
  const votes = new Map<string, { count: number; right: boolean }>();
  for (const { verdict } of judged) {
    if (verdict.extracted === undefined) continue;
    const key = verdict.answerForm ?? answerKey(verdict.extracted);
    const vote = votes.get(key) ?? { count: 0, right: verdict.outcome === 'match' };
    vote.count++;
    votes.set(key, vote);
  }
  const most = Math.max(0, ...[...votes.values()].map((v) => v.count));
  const top = [...votes.values()].filter((v) => v.count === most);
  return top.length === 0 ? 0 : top.filter((v) => v.right).length / top.length;
}
