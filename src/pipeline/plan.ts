/** What a run would do, counted before anything heavy starts: for --dry-run and for the lines a run begins with. */
import { generationOf, type Config } from '../config/index.js';
import { Rng } from '../core/rng.js';
import { percentText } from '../core/percent.js';
import type { RunWarning } from '../runs/warnings.js';
import { defaultSplit, showing, type Problem, type Trace } from '../data/index.js';
import { previewSelection, type QueryCandidates } from '../judge/index.js';
import { estimateText, type Estimate } from '../llm/index.js';
import type { Begun } from './begun.js';
import { draftsAttempts } from './retrieve/attempts.js';
import { trainedEncoders, wantsLabels, warmupSources } from './retrieve/contexts.js';
import { foldsOf } from './retrieve/cross-fit.js';
import { makeData, refuseEmpty } from './data/make-data.js';
import { sourceShares } from './arms/warmup-contexts.js';
import { choosePairs } from './labels/label-stage.js';
import { refuseHopelessLabels, skippedText } from './labels/label-problems.js';
import { estimateLlmLabels } from './labels/llm-labels.js';
import type { LastStage } from './pipeline.js';
import { armsOneByOne } from './stage-settings.js';
import { withoutOverlong, type LengthReport } from './prompts/overlong.js';
import { checkPromptsOf } from './prompts/prompt-stage.js';
import { refuseUntrainable } from './served-policy.js';
import { openConfiguredVerifier, openPrompts } from './session.js';
import { nothingKept, stagesKept, type StagesAgain } from './stages-kept.js';
import { hintWarnings, textWarnings } from './data/text-warnings.js';
import { armWork, type ArmWork } from './arm-work.js';
import { refuseOracleWithoutTruth } from './data/truth-checks.js';

/** Counts of one run. */
export interface RunPlan extends ArmWork {
  trainProblems: number;
  /** Lines of the data files that would be left out. */
  skippedLines: number;
  /** Problems and traces that would be left out as too long (prompt.overlong: skip). */
  skippedOverlong: number;
  /** Lengths of all prompts against every limit. */
  lengths: LengthReport;
  /** A few of the problems and traces, to time work on. */
  sample: { train: Problem[]; corpus: Trace[] };
  /** Test problems by split. */
  testProblems: Record<string, number>;
  traces: number;
  /** Queries and query-trace pairs to be labelled; 0 where neither `until` nor an arm asks for labels. */
  labelledProblems: number;
  labelledPairs: number;
  /** Pairs that further rounds of labels add at most. */
  laterPairs: number;
  /** How often the pairs are measured, by another policy each time. */
  labelTurns: number;
  /** Encoders that search for training problems in place of the trained ones (`retriever.crossFit`). */
  foldEncoders: number;
  /** Policies warmed up before any arm. */
  warmups: number;
  /** The warm-up of the policy that the arms start from; `shares` by source are of the examples with traces. */
  warmup: Pick<Config['warmup'], 'steps' | 'batchSize' | 'contextShare'> & { shares: Record<string, number> };
  /** Drafts, one of every problem, where a retriever reads them. */
  drafts: number;
  /** Problems that cannot be labelled, by reason, as lines for people. */
  notLabelled: string[];
  /** Calls and price of the LLM judge, where it is used. */
  llm?: Estimate;
  /** Responses by which difficulty is measured, for a curriculum. */
  difficultySamples: number;
  /** Steps of each policy, and what a step samples and trains on. */
  steps: number;
  promptsPerStep: number;
  samplesPerPrompt: number;
  samplesPerStep: number;
  maxGroupsPerUpdate: number;
  updatesPerBatch: number;
  /** Mean prompt of a training problem, in tokens, with a trace of the corpus and without. */
  promptTokens: { without: number; with: number };
  /** Response tokens a step at most. */
  maxResponseTokensPerStep: number;
  /** Finished stages that would run again, where that was asked for. */
  again: StagesAgain[];
  /** Finished stages that stay, where that was asked for. */
  finished: string[];
  /** Trainings that would go on from a checkpoint, where that was asked for. */
  begun: Begun;
  /** What the model and the texts give reason to warn of; the run says it too. */
  warnings: RunWarning[];
}

/** Problems and traces of the sample. */
const SAMPLED = 8;

/** Stages at which a run may stop that need labels whatever the arms use. */
const labelStages: readonly LastStage[] = ['labels', 'retriever'];

/** Warm-ups of a run: before the first labels, between their turns, and of the policy that the arms start from where that is another. */
function warmupsOf(config: Config, labelTurns: number, until: LastStage): number {
  const measuring = config.labels.policy === 'warmup';
  const starting = !labelStages.includes(until) && (!measuring || warmupSources(config).late.length > 0);
  return Number(measuring) + (labelTurns - 1) + Number(starting);
}

/**
 * Counts what a run up to `until` would do. Reads the model and the data, and refuses what is wrong with them; computes nothing else. What the LLM judge has been
 * paid for in the run folder `root` is not counted again. With `kept` it looks which finished stages there stay, and which would run again.
 */
export async function planRun(
  config: Config,
  root: string,
  until: LastStage = 'eval',
  { kept = false }: { kept?: boolean } = {},
): Promise<RunPlan> {
  refuseUntrainable(config, until);
  const prompts = await openPrompts(config);
  const { codec, lengths } = prompts;
  const verifier = await openConfiguredVerifier(config);
  const rng = Rng.fromSeed(config.seed);
  try {
    const all = await makeData(config, verifier, rng);
    const data = config.prompt.overlong === 'skip' ? withoutOverlong(all, lengths) : all;
    refuseEmpty(data, config.data);
    const labelled = wantsLabels(config, until);
    const chosen = labelled ? choosePairs({ config, rng, lengths }, data) : undefined;
    refuseOracleWithoutTruth(config, data, { arms: until !== 'labels' });
    if (chosen) refuseHopelessLabels(config, chosen);
    const queries = chosen?.queries ?? [];
    const report = checkPromptsOf({ config, ...prompts }, data, { queries, until });
    const pairs = plannedPairs(config, queries, rng);
    const labelTurns = labelled ? config.labels.alternation.times + 1 : 1;
    const { rl, arms, labels } = config;
    const sampled = data.train.slice(0, 100);
    const meanLength = (lengths: number[]) => Math.round(lengths.reduce((a, b) => a + b, 0) / lengths.length);
    const llm = config.labels.judge === 'llm' && labelled ? await estimateLlmLabels(config, pairs, root) : undefined;
    return {
      trainProblems: data.train.length,
      skippedLines: all.skipped.length,
      skippedOverlong: data.skipped.length - all.skipped.length,
      lengths: report,
      sample: { train: data.train.slice(0, SAMPLED), corpus: data.corpus.slice(0, SAMPLED) },
      testProblems: countBy(data.test.map((p) => p.split ?? defaultSplit)),
      traces: data.corpus.length,
      labelledProblems: pairs.length,
      notLabelled: chosen ? skippedText(chosen) : [],
      labelledPairs: pairs.reduce((sum, q) => sum + q.candidates.length, 0),
      laterPairs: pairs.length * (labels.rounds - 1) * (labels.proposalsPerRound + labels.randomPerRound),
      labelTurns,
      foldEncoders: trainedEncoders(config, until).flatMap((name) => foldsOf(config, name)).length,
      warmups: config.warmup.steps === 0 ? 0 : warmupsOf(config, labelTurns, until),
      warmup: { ...config.warmup, shares: sourceShares(config) },
      drafts: draftsAttempts(config, until) ? data.train.length + data.test.length : 0,
      ...(llm && { llm }),
      difficultySamples: rl.curriculum === 'none' ? 0 : data.train.length * rl.curriculumSamples,
      steps: rl.steps,
      promptsPerStep: rl.promptsPerStep,
      samplesPerPrompt: rl.groupSize,
      samplesPerStep: rl.promptsPerStep * rl.groupSize,
      maxGroupsPerUpdate: rl.maxGroupsPerUpdate,
      updatesPerBatch: rl.epochs * rl.minibatches,
      promptTokens: {
        without: meanLength(sampled.map((p) => codec.prompt(p).length)),
        with: meanLength(sampled.map((p, i) => codec.prompt(p, showing(data.corpus[i % data.corpus.length])).length)),
      },
      maxResponseTokensPerStep: rl.promptsPerStep * rl.groupSize * generationOf(config, 'rl').maxTokens,
      ...armWork(config, armsOneByOne(config).length, data.test.length),
      ...(kept ? await stagesKept(config, root, prompts, data) : nothingKept),
      warnings: [
        ...data.warnings,
        ...textWarnings(prompts.tokenizer, data),
        ...hintWarnings(prompts.tokenizer, codec, arms),
      ],
    };
  } finally {
    await verifier.dispose();
  }
}

/** The pairs that would be judged; of a budget only their number is known, so others stand for them. */
function plannedPairs({ labels }: Config, queries: QueryCandidates[], rng: Rng): QueryCandidates[] {
  return labels.selection.pairs === 'all' || queries.length === 0
    ? queries
    : previewSelection(queries, labels.selection.share, rng);
}

/** The plan up to `until` in the words of the trade, one fact a line. */
export function planText(plan: RunPlan, until: LastStage = 'eval'): string[] {
  const n = (x: number) => x.toLocaleString('en-US');
  const tests = Object.entries(plan.testProblems).map(([split, count]) => `${n(count)} ${split}`);
  const { limit, longest, overlong } = plan.lengths;
  const leftOut = [
    ...(plan.skippedLines > 0 ? [`; ${n(plan.skippedLines)} unusable lines left out`] : []),
    ...(plan.skippedOverlong > 0 ? [`; ${n(plan.skippedOverlong)} too long and left out (prompt.overlong: skip)`] : []),
  ];
  const tooLong = overlong.map(({ what, count, of, worst, limit: most, instead, usual }) => {
    const longestOne = `problem ${worst.problemId}${worst.traceId === undefined ? '' : `, trace ${worst.traceId}`}`;
    const becomes = instead === undefined ? '' : `; ${instead}`;
    const inTurn = usual === undefined ? '' : ` (with traces as the corpus has them in turn: ${n(usual)})`;
    return `TOO LONG     ${n(count)} of ${n(of)} ${what}: up to ${n(worst.tokens)} tokens (${longestOne}); ${most}${becomes}${inTurn}`;
  });
  const labels = [
    `data         ${n(plan.trainProblems)} training problems, tests: ${tests.join(', ')}; ${n(plan.traces)} traces${leftOut.join('')}`,
    `labels       ${n(plan.labelledPairs)} pairs (${n(plan.labelledProblems)} problems)${plan.laterPairs > 0 ? `, and at most ${n(plan.laterPairs)} in further rounds` : ''}${plan.labelTurns > 1 ? `, measured ${plan.labelTurns} times` : ''}`,
    ...plan.notLabelled,
    ...(plan.llm ? [`judge        ${estimateText(plan.llm)}`] : []),
    ...(plan.foldEncoders > 0
      ? [`cross-fit    ${n(plan.foldEncoders)} more encoders are trained, to search for the training problems`]
      : []),
    ...(plan.drafts > 0
      ? [`drafts       ${n(plan.drafts)} responses, one a problem, for retrievers that read them`]
      : []),
  ];
  const finished = plan.finished.length === 0 ? [] : [`finished     ${plan.finished.join(', ')}`];
  const trainings = Object.entries(plan.begun).map(([stage, steps]) => `${stage} at step ${n(steps)}`);
  const begun = trainings.length === 0 ? [] : [`begun        ${trainings.join(', ')}`];
  const again = plan.again.map(({ stages, why }) => `RUN AGAIN    ${stages.join(', ')}, with --again alone: ${why}`);
  const folder = [...finished, ...begun, ...again];
  if (labelStages.includes(until)) return [...labels, ...tooLong, ...folder];
  return [
    ...labels,
    ...(plan.difficultySamples > 0
      ? [`difficulty   ${n(plan.difficultySamples)} responses, measured once for all arms`]
      : []),
    ...(plan.warmups > 0 ? [`warm-up      ${warmupText(plan)}`] : []),
    `arms         ${plan.trainedArms} policies trained, ${n(plan.steps)} steps each`,
    `prompts/step ${n(plan.promptsPerStep)} problems, about ${n(plan.promptTokens.without)} tokens each, ${n(plan.promptTokens.with)} with a trace; the longest ${n(Math.max(longest.alone, longest.withTrace))}, at most ${n(limit)} allowed`,
    `samples/step ${n(plan.samplesPerPrompt)} responses a prompt = ${n(plan.samplesPerStep)}, together at most ${n(plan.maxResponseTokensPerStep)} tokens`,
    `update       on the groups with right and wrong responses, at most ${n(plan.maxGroupsPerUpdate)}; ${n(plan.updatesPerBatch)} a step`,
    `evaluation   ${n(plan.evaluations)} evaluations, at most ${n(plan.evaluationSamples)} samples`,
    ...tooLong,
    ...folder,
  ];
}

function warmupText({ warmups, warmup: { steps, batchSize, contextShare, shares } }: RunPlan): string {
  const sources = Object.entries(shares).map(([name, part]) => `${percentText(part, 0)} ${name}`);
  const shown =
    contextShare === 0 ? 'without traces' : `${percentText(contextShare, 0)} with traces, ${sources.join(', ')}`;
  return `${steps} steps of ${batchSize} solutions, ${shown}${warmups > 1 ? `; ${warmups} policies in all` : ''}`;
}

function countBy(keys: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}
