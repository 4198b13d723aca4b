/**
 * The update of self-distillation over more than the sampled tokens: teacher and student score the same alternatives at every position,
 * and the student is moved along the slopes of their divergence. A batch is worked off in pieces, because every position has as many
 * numbers as there are alternatives.
 */
import { checkAlternativeScores, checkGradNorm, checkTrained } from '../engine/results.js';
import type { Alternatives, Policy, WhichAlternatives } from '../engine/types.js';
import { scoreGroupsOf, type TrainedPrompt } from '../rl/sequences.js';
import { logprobGap, type Update, type UpdateResult } from '../rl/update.js';
import { distilled, type Divergence, type DistilledResponse } from './divergence.js';

/** log p of the alternatives under the teacher at every position of the student's responses. */
export type TeacherAlternatives = (
  prompts: readonly TrainedPrompt[],
  which: WhichAlternatives,
) => Promise<Alternatives[][]>;

export interface DistilPlan {
  divergence: Divergence;
  /** The teacher's most likely tokens that are compared; 0, or as many as there are: the whole vocabulary. */
  topK: number;
  teacher: (policy: Policy) => TeacherAlternatives;
  /** Numbers held for each side at a time; default 2^25, 128 MB. A single response may have more. */
  maxNumbers?: number;
}

/** One optimizer step on the mean divergence over all positions of the batch. */
export function distilUpdate({ divergence, topK, teacher, maxNumbers = 2 ** 25 }: DistilPlan): Update {
  return async (prompts, { policy, optimizer }, report) => {
    const { vocabSize } = policy.info;
    const isWhole = topK === 0 || topK >= vocabSize;
    const which: WhichAlternatives = isWhole ? { kind: 'all' } : { kind: 'top', k: topK };
    const teacherOf = teacher(policy);
    const tokens = tokensOf(prompts);
    const total = { loss: 0, divergence: 0, clipped: 0, entropy: 0, gap: 0, maxGap: 0, done: 0 };
    let hasEntropy = true;
    for (const piece of pieces(prompts, Math.floor(maxNumbers / (isWhole ? vocabSize : topK)))) {
      const groups = scoreGroupsOf(piece);
      const teacher_NG = await teacherOf(piece, which);
      const same: WhichAlternatives = isWhole
        ? which
        : { kind: 'given', ids_NG: teacher_NG.map((group) => group.map(({ ids }) => ids!)) };
      const student_NG = await policy.alternatives(groups, same);
      checkAlternativeScores(groups, student_NG);
      const batch = groups.map(({ prompt, responses }, n) => ({
        prompt,
        responses: responses.map((response, g) => {
          const settings = { positions: response.length, weight: 1 / tokens, divergence };
          const one = distilled(student_NG[n]![g]!, teacher_NG[n]![g]!, settings);
          addTo(total, one);
          return { tokens: response, slopes: new Float32Array(response.length), alternatives: one.slopes };
        }),
      }));
      const step = await policy.forwardBackward(batch);
      checkTrained(batch, step);
      const here = tokensOf(piece);
      const gap = logprobGap(piece, step.logprobs_NGT);
      total.gap += gap.mean * here;
      total.maxGap = Math.max(total.maxGap, gap.max);
      total.entropy += (step.entropy ?? 0) * here;
      hasEntropy &&= step.entropy !== undefined;
      report?.((total.done += here), tokens);
    }
    const { gradNorm, policyVersion } = await policy.optimStep(optimizer);
    checkGradNorm(gradNorm);
    const mean = (sum: number) => (tokens === 0 ? 0 : sum / tokens);
    const result: UpdateResult = {
      loss: total.loss,
      entropy: hasEntropy ? mean(total.entropy) : undefined,
      logprobGap: { mean: mean(total.gap), max: total.maxGap },
      tokens,
      gradNorm,
      stats: { divergenceMean: mean(total.divergence), divergenceClipShare: mean(total.clipped) },
      policyVersion,
    };
    return result;
  };
}

function addTo(total: Omit<DistilledResponse, 'slopes'>, one: DistilledResponse): void {
  total.loss += one.loss;
  total.divergence += one.divergence;
  total.clipped += one.clipped;
}

/** The prompts in pieces of at most so many tokens; a prompt's responses are parted where it has more. */
export function pieces(prompts: readonly TrainedPrompt[], maxTokens: number): TrainedPrompt[][] {
  const out: TrainedPrompt[][] = [];
  let room = 0;
  for (const { trained_G, ...prompt } of prompts) {
    let here: TrainedPrompt | undefined;
    for (const one of trained_G) {
      const { length } = one.rollout.tokens;
      if (length > room || out.length === 0) {
        out.push([]);
        room = maxTokens;
        here = undefined;
      }
      room -= length;
      if (here) {
        here.trained_G.push(one);
        continue;
      }
      here = { ...prompt, trained_G: [one] };
      out.at(-1)!.push(here);
    }
  }
  return out;
}

function tokensOf(prompts: readonly TrainedPrompt[]): number {
  return prompts.flatMap(({ trained_G }) => trained_G).reduce((sum, { rollout }) => sum + rollout.tokens.length, 0);
}
