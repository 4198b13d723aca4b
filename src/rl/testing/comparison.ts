/** Comparisons made of outcomes or rewards, for tests of what happens after sampling. */
import { noContext } from '../../data/context.js';
import type { Verdict } from '../../verify/types.js';
import type { Comparison, Rollout } from '../types.js';

/** A rollout with this reward; undefined where the verifier failed. Each token has log p -1 unless given. */
export function rollout(reward: number | undefined, more: Partial<Rollout> & { length?: number } = {}): Rollout {
  const { length = 1, ...rest } = more;
  const outcome = reward === undefined ? 'error' : reward > 0 ? 'match' : 'mismatch';
  return {
    tokens: new Int32Array(length).fill(1),
    samplerLogprobs: new Float32Array(length).fill(-1),
    policyLogprobs: new Float32Array(length).fill(-1),
    stopReason: 'stop',
    text: '',
    verdict: { outcome, rule: 'test' },
    reward,
    ...rest,
  };
}

/** A comparison of one problem; one list a prompt, of outcomes, rewards or whole rollouts. */
export function comparison(groups: readonly (readonly (Verdict['outcome'] | number | Rollout)[])[]): Comparison {
  return {
    problem: { id: 'p', question: 'q', answer: '1' },
    groups_K: groups.map((rollouts) => ({
      context: noContext,
      prompt: Int32Array.of(1),
      seed: 0,
      policyVersion: 0,
      rollouts_G: rollouts.map((own) => {
        if (typeof own === 'object') return own;
        if (typeof own === 'number') return rollout(own);
        return rollout(own === 'error' ? undefined : Number(own === 'match'));
      }),
    })),
  };
}
