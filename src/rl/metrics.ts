/** Metrics of a step, one line of metrics.jsonl. No clock times in here: the same seed gives the same file. */
import { sameAnswer } from '../data/index.js';
import { countSignals } from './signal.js';
import type { RolloutGroup } from './types.js';
import type { UpdateResult } from './update.js';

/** One sentence for each metric of {@link StepMetrics}; the glossary and the report's captions come from here. */
export const stepMetricGlossary = {
  step: 'Number of the step, from 1.',
  rewardMean: 'Mean reward of all sampled responses whose verifier did not fail.',
  mixedShare: 'Share of groups with right and wrong responses: only these carry a gradient.',
  allRightShare: 'Share of groups with every response right.',
  allWrongShare: 'Share of groups with every response wrong.',
  trainedGroups: 'Groups the update was made on: the mixed ones, at most rl.maxGroupsPerUpdate.',
  trainedTokens: 'Response tokens the update was made on.',
  responseTokensMean: 'Mean length of the responses, in tokens, the stop token included.',
  truncatedShare: 'Share of responses cut at rl.maxTokens.',
  noAnswerShare: 'Share of responses in which the verifier found no answer.',
  tooCostlyShare: 'Share of responses whose answer takes more work to compare than is allowed: they count as wrong.',
  verifierFailures:
    'Responses the verifier failed on (timeout, error, gold answer not understood): no reward, not trained on.',
  loss: 'Policy-gradient loss; its value says little, only its gradient matters.',
  gradNorm: 'L2 norm of the gradient before clipping.',
  learningRate: 'Learning rate of the step.',
  entropy: 'Mean entropy of the policy over the trained tokens, in nats; falling to zero means exploration has ended.',
  samplerNll: 'Mean of -log p over all sampled tokens, in nats: an estimate of the entropy over every group.',
  logprobGapMean:
    'Mean |log p by the sampler - log p by the trainer| over trained tokens; above 1e-3 the two disagree.',
  logprobGapMax: 'Largest such gap of one token.',
  clipShare: 'Share of trained tokens whose ratio was clipped (0 with one update a batch).',
  promptTokensMean: 'Mean length of the prompts, in tokens, the trace included.',
  traceShare: 'Share of prompts with a trace.',
  traceAnswerIsGoldShare: 'Share of prompts whose trace has the answer of the problem: a leak, must be 0.',
  policyVersion: 'Updates made so far; steps without a mixed group make none.',
} as const;

/** Undefined values (a step without an update has no gradient) are left out of the file. */
export type StepMetrics = { [K in keyof typeof stepMetricGlossary]: number | undefined } & { step: number };

/** Metrics of a step from its groups and, where there was one, its update. */
export function stepMetrics(
  step: number,
  groups: readonly RolloutGroup[],
  update: UpdateResult | undefined,
  facts: { learningRate: number; trainedGroups: number },
): StepMetrics {
  const rollouts = groups.flatMap((g) => g.rollouts_G);
  const rewards = rollouts.flatMap((r) => (r.reward === undefined ? [] : [r.reward]));
  const signals = countSignals(groups);
  const share = (n: number, of: number) => (of === 0 ? undefined : n / of);
  const count = <T>(items: readonly T[], holds: (item: T) => boolean) => items.filter(holds).length;
  return {
    step,
    rewardMean: mean(rewards),
    mixedShare: share(signals.mixed, groups.length),
    allRightShare: share(signals['all-right'], groups.length),
    allWrongShare: share(signals['all-wrong'], groups.length),
    trainedGroups: facts.trainedGroups,
    trainedTokens: update?.tokens ?? 0,
    responseTokensMean: mean(rollouts.map((r) => r.tokens.length)),
    truncatedShare: share(
      count(rollouts, (r) => r.stopReason === 'length'),
      rollouts.length,
    ),
    noAnswerShare: share(
      count(rollouts, (r) => r.verdict.outcome === 'no_answer'),
      rollouts.length,
    ),
    tooCostlyShare: share(
      count(rollouts, (r) => r.verdict.outcome === 'too_costly'),
      rollouts.length,
    ),
    verifierFailures: count(rollouts, (r) => r.reward === undefined),
    loss: update?.loss,
    gradNorm: update?.gradNorm,
    learningRate: facts.learningRate,
    entropy: update?.entropy,
    samplerNll: meanNll(groups),
    logprobGapMean: update?.logprobGap.mean,
    logprobGapMax: update?.logprobGap.max,
    clipShare: update?.clipShare,
    promptTokensMean: mean(groups.map((g) => g.prompt.length)),
    traceShare: share(
      count(groups, (g) => g.trace !== undefined),
      groups.length,
    ),
    traceAnswerIsGoldShare: share(count(groups, traceGivesAway), groups.length),
    policyVersion: update?.policyVersion ?? groups[0]?.policyVersion,
  };
}

/** The trace in the prompt has the problem's own answer, so copying it would be rewarded. */
function traceGivesAway({ problem, trace }: RolloutGroup): boolean {
  return trace !== undefined && sameAnswer(problem, trace);
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((a, b) => a + b, 0) / values.length;
}

function meanNll(groups: readonly RolloutGroup[]): number | undefined {
  let total = 0;
  let tokens = 0;
  for (const { rollouts_G } of groups) {
    for (const { policyLogprobs } of rollouts_G) {
      for (const logprob of policyLogprobs) total -= logprob;
      tokens += policyLogprobs.length;
    }
  }
  return tokens === 0 ? undefined : total / tokens;
}
