/** Rollouts as they stand on disk: one line a group, readable without the model. */
import type { Verdict } from '../verify/types.js';
import { groupAdvantages, type AdvantageKind } from './advantages.js';
import { groupSignal, type Signal } from './signal.js';
import type { RolloutGroup } from './types.js';

/** One line of rollouts/000100.jsonl. */
export interface GroupRecord {
  step: number;
  problemId: string;
  traceId: string | null;
  policyVersion: number;
  signal: Signal;
  promptTokens: number[];
  rollouts: RolloutRecord[];
}

export interface RolloutRecord {
  text: string;
  reward: number | null;
  advantage: number | null;
  verdict: Omit<Verdict, 'timeMs'>;
  stopReason: 'stop' | 'length';
  tokens: number[];
  /** log p when sampled, under the policy itself; rounded to six digits. */
  logprobs: number[];
}

export function groupRecord(step: number, group: RolloutGroup, kind: AdvantageKind): GroupRecord {
  const advantages = groupAdvantages(
    kind,
    group.rollouts_G.map((r) => r.reward),
  );
  return {
    step,
    problemId: group.problem.id,
    traceId: group.trace?.id ?? null,
    policyVersion: group.policyVersion,
    signal: groupSignal(group),
    promptTokens: [...group.prompt],
    rollouts: group.rollouts_G.map((rollout, g) => {
      // Clock times would make files of the same seed differ.
      const { timeMs: _timeMs, ...verdict } = rollout.verdict;
      return {
        text: rollout.text,
        reward: rollout.reward ?? null,
        advantage: advantages[g] ?? null,
        verdict,
        stopReason: rollout.stopReason,
        tokens: [...rollout.tokens],
        logprobs: Array.from(rollout.policyLogprobs, (x) => Math.round(x * 1e6) / 1e6),
      };
    }),
  };
}
