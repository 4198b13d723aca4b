/** Metrics of a step, one line of metrics.jsonl. No clock times in here: the same seed gives the same file. */
import { shownTraces, type Context } from '../data/context.js';
import { sameAnswer, type Problem } from '../data/index.js';
import { countSignals } from './signal.js';
import { objectiveStatGlossary } from './objectives/index.js';
import { rolloutsOf, type Comparison, type Rollout } from './types.js';
import type { UpdateResult } from './update.js';

/** One sentence for each metric of {@link StepMetrics}; the glossary and the report's captions come from here. */
export const stepMetricGlossary = {
  step: 'Number of the step, from 1.',
  rewardMean: 'Mean reward of all sampled responses whose verifier did not fail.',
  mixedShare:
    'Share of problems with right and wrong responses: only these carry a gradient where problems are compared by themselves.',
  allRightShare: 'Share of problems with every response right.',
  allWrongShare: 'Share of problems with every response wrong.',
  sampledBatches: 'Batches sampled until enough problems were kept (recipe dapo only).',
  sampledGroups: 'Problems sampled in all these batches (recipe dapo only).',
  trainedGroups: 'Problems the update was made on: those that the recipe keeps, at most rl.maxGroupsPerUpdate.',
  trainedTokens: 'Response tokens the update was made on.',
  responseTokensMean: 'Mean length of the responses, in tokens, the stop token included.',
  truncatedShare: 'Share of responses cut at maxTokens.',
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
  ...objectiveStatGlossary,
  promptTokensMean: 'Mean length of the prompts, in tokens, the trace included.',
  traceShare: 'Share of prompts with a trace.',
  tracesMean: 'Mean number of traces in the prompts; only in steps where some prompt has several.',
  hintShare: "Share of prompts with a hint, the beginning of the problem's own solution; only in steps with hints.",
  rescuedShare:
    'Share of problems sampled again with their context, since all responses without it were wrong (contexts.onlyAfterAllWrong).',
  traceAnswerIsGoldShare: 'Share of prompts whose trace has the answer of the problem: a leak, must be 0.',
  policyVersion: 'Updates made so far; steps without a mixed group make none.',
} as const;

/** Undefined values (a step without an update has no gradient) are left out of the file. */
export type StepMetrics = { [K in keyof typeof stepMetricGlossary]: number | undefined } & { step: number };

/** Metrics of a step from its comparisons and, where there was one, its update. */
export function stepMetrics(
  step: number,
  batch_N: readonly Comparison[],
  update: UpdateResult | undefined,
  facts: { learningRate: number; trainedGroups: number; batches?: number; rescued?: readonly Comparison[] },
): StepMetrics {
  const groups = batch_N.flatMap(({ problem, groups_K }) => groups_K.map((group) => ({ problem, ...group })));
  const rollouts = batch_N.flatMap(rolloutsOf);
  const rewards = rollouts.flatMap((r) => (r.reward === undefined ? [] : [r.reward]));
  const signals = countSignals(batch_N);
  const share = (n: number, of: number) => (of === 0 ? undefined : n / of);
  const count = <T>(items: readonly T[], holds: (item: T) => boolean) => items.filter(holds).length;
  const traces = groups.map(({ context }) => shownTraces(context).length);
  const hints = count(groups, ({ context }) => context.kind === 'hint');
  return {
    step,
    rewardMean: mean(rewards),
    mixedShare: share(signals.mixed, batch_N.length),
    allRightShare: share(signals['all-right'], batch_N.length),
    allWrongShare: share(signals['all-wrong'], batch_N.length),
    sampledBatches: facts.batches,
    sampledGroups: facts.batches === undefined ? undefined : batch_N.length,
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
    samplerNll: meanNll(rollouts),
    logprobGapMean: update?.logprobGap.mean,
    logprobGapMax: update?.logprobGap.max,
    ...statsOf(update),
    promptTokensMean: mean(groups.map((g) => g.prompt.length)),
    traceShare: share(
      count(groups, ({ context }) => context.kind === 'traces'),
      groups.length,
    ),
    tracesMean: traces.some((n) => n > 1) ? mean(traces) : undefined,
    hintShare: hints > 0 ? share(hints, groups.length) : undefined,
    rescuedShare: facts.rescued && share(facts.rescued.length, batch_N.length),
    traceAnswerIsGoldShare: share(count(groups, traceGivesAway), groups.length),
    policyVersion: update?.policyVersion ?? groups[0]?.policyVersion,
  };
}

/** A trace in the prompt has the problem's own answer, so copying it would be rewarded. */
function traceGivesAway({ problem, context }: { problem: Problem; context: Context }): boolean {
  return shownTraces(context).some((trace) => sameAnswer(problem, trace));
}

/** Every number that objectives can report, those of this update filled in. */
function statsOf(update: UpdateResult | undefined): Record<keyof typeof objectiveStatGlossary, number | undefined> {
  const stats = update?.stats ?? {};
  const { clipShare, klMean, teacherGapMean, divergenceMean, divergenceClipShare } = stats;
  const { importanceMean, importanceCapShare, entropyEstimate } = stats;
  return {
    clipShare,
    klMean,
    teacherGapMean,
    divergenceMean,
    divergenceClipShare,
    importanceMean,
    importanceCapShare,
    entropyEstimate,
  };
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((a, b) => a + b, 0) / values.length;
}

function meanNll(rollouts: readonly Rollout[]): number | undefined {
  let total = 0;
  let tokens = 0;
  for (const { policyLogprobs } of rollouts) {
    for (const logprob of policyLogprobs) total -= logprob;
    tokens += policyLogprobs.length;
  }
  return tokens === 0 ? undefined : total / tokens;
}
