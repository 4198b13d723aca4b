/** Rollouts as they stand on disk: one line a prompt, readable without the model. */
import { shownTraces } from '../data/context.js';
import type { Verdict } from '../verify/types.js';
import type { AdvantageTable } from './advantages/index.js';
import { comparisonSignal, type Signal } from './signal.js';
import type { Comparison } from './types.js';

/** One line of rollouts/000100.jsonl. */
export interface GroupRecord {
  step: number;
  problemId: string;
  /** Traces in the prompt, in its order: the best stands last. */
  traceIds: string[];
  /** The hint in the prompt, where there is one. */
  hint?: string;
  policyVersion: number;
  /** Seed of the responses' streams. */
  seed: number;
  signal: Signal;
  /** The first try of a problem, which a second one with context took the place of; in no comparison, so without advantages. */
  replaced?: true;
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

/** The records of a comparison: one line a prompt, after those of the try whose place it took. */
export function comparisonRecords(
  step: number,
  comparison: Comparison,
  advantages_KG: AdvantageTable[number],
): GroupRecord[] {
  const { insteadOf } = comparison;
  const first = insteadOf ? comparisonRecords(step, insteadOf, []) : [];
  return [
    ...first.map((record) => ({ ...record, replaced: true as const })),
    ...promptRecords(step, comparison, advantages_KG),
  ];
}

function promptRecords(step: number, comparison: Comparison, advantages_KG: AdvantageTable[number]): GroupRecord[] {
  const signal = comparisonSignal(comparison);
  return comparison.groups_K.map((group, k) => ({
    step,
    problemId: comparison.problem.id,
    traceIds: shownTraces(group.context).map(({ id }) => id),
    ...(group.context.kind === 'hint' && { hint: group.context.text }),
    policyVersion: group.policyVersion,
    seed: group.seed,
    signal,
    promptTokens: [...group.prompt],
    rollouts: group.rollouts_G.map((rollout, g) => {
      // Clock times would make files of the same seed differ.
      const { timeMs: _timeMs, ...verdict } = rollout.verdict;
      return {
        text: rollout.text,
        reward: rollout.reward ?? null,
        advantage: advantages_KG[k]?.[g] ?? null,
        verdict,
        stopReason: rollout.stopReason,
        tokens: [...rollout.tokens],
        logprobs: Array.from(rollout.policyLogprobs, (x) => Math.round(x * 1e6) / 1e6),
      };
    }),
  }));
}
