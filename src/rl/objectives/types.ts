/** What an objective is: a pure function from log-probabilities and advantages to the loss and its slope at every token. */

/** One response as an objective sees it; arrays have one number a token. */
export interface Sequence {
  /** Of all its tokens alike. */
  advantage: number;
  /** Weight of each token in the loss; averaging over the batch is in here already. */
  weights: Float32Array;
  /** log p under the policy as it is now. */
  logprobs: Float32Array;
  /** log p under the policy as it was when it sampled. */
  oldLogprobs: Float32Array;
  /**
   * log p under the distribution that the tokens were drawn from: temperature, top-p, stale or rounded weights. Left out where the engine
   * cannot tell.
   */
  samplerLogprobs?: Float32Array;
  /** log p under a policy that stays as it is. */
  referenceLogprobs?: Float32Array;
  /** log p under a policy that sees more (the privileged trace of self-distillation). */
  teacherLogprobs?: Float32Array;
}

/** Numbers of an update by name, means over tokens; each has its line in the glossary. */
export type ObjectiveStats = Partial<Record<keyof typeof objectiveStatGlossary, number>>;

/** One sentence for each number that objectives report. */
export const objectiveStatGlossary = {
  clipShare: 'Share of trained tokens whose ratio was clipped (0 on the first update of a batch).',
  klMean:
    'Mean divergence from the reference policy over trained tokens, by the estimator of rl.kl.estimator, in nats.',
  teacherGapMean:
    'Mean of log p less the log p of the teacher, who sees more, over trained tokens, in nats: the reverse KL that self-distillation lowers.',
  divergenceMean:
    'Mean divergence from the teacher at a trained token, by opsd.divergence over its alternatives, in nats, nothing clipped.',
  divergenceClipShare: 'Share of trained tokens at which some alternative was clipped at opsd.clip.',
  importanceMean:
    'Mean weight that corrects for a sampler other than the policy (temperature, top-p, rounded weights); 1 where they agree.',
  importanceCapShare: 'Share of trained tokens whose correcting weight was cut at rl.importanceCap.',
  entropyEstimate: 'Mean of -log p over trained tokens, in nats: the estimate of entropy that rl.entropyBonus raises.',
} as const;

export interface ObjectiveResult {
  loss: number;
  /** d loss / d log p of every token, by response. */
  slopes: Float32Array[];
  stats: ObjectiveStats;
}

export interface Objective {
  /** Other policies whose log-probabilities must be there. */
  readonly needs: readonly ('reference' | 'teacher')[];
  slope(batch: readonly Sequence[]): ObjectiveResult;
}
