/**
 * RA-RFT from data to report, in the order of the paper. Every stage leaves files in the run folder and is skipped when
 * they are there already, so a run may be killed anywhere and started again.
 */
import { engineApiKey, llmApiKey, type ArmConfig, type Config } from '../config/index.js';
import { errorFacts } from '../core/errors.js';
import { silent, type Progress } from '../core/progress.js';
import { keepProgress } from '../runs/progress-file.js';
import type { RunFolder } from '../runs/run-folder.js';
import { warn } from '../runs/warnings.js';
import type { Summary } from '../eval/index.js';
import { evaluateBorrowedPolicy, refuseStaleArms, trainArm } from './arms/arms-stage.js';
import { contextWarnings, countContexts, refuseEmptyContexts } from './arms/context-counts.js';
import { neededContexts, neededEncoders, trainedEncoders, wantsLabels, warmupSources } from './retrieve/contexts.js';
import { prepareData } from './data/data-stage.js';
import { type DataSets } from './data/data-sets.js';
import { measureDifficulty } from './arms/difficulty-stage.js';
import { openConfiguredEngine } from './engines.js';
import { labelPairs } from './labels/alternation.js';
import { choosePairs } from './labels/label-stage.js';
import { refuseHopelessLabels } from './labels/label-problems.js';
import { acceptChanges } from './growth.js';
import { labelledQueries } from './labels/labelled-queries.js';
import { evaluateOneByOne } from './arms/one-by-one-stage.js';
import { refuseOverlong } from './prompts/overlong.js';
import { checkPromptsOf } from './prompts/prompt-stage.js';
import { draftsAttempts } from './retrieve/attempts.js';
import { draftAttempts } from './retrieve/attempts-stage.js';
import { refuseMissingKey } from './retrieve/open-named.js';
import { refuseImpossibleEncoders, refuseMissingWeights } from './retrieve/policy-encoders.js';
import { retrieveContexts } from './retrieve/retrieve-stage.js';
import { encoderStages, foldMetricsNames, metricsName } from './retrieve/retriever-stage.js';
import { trainingTracesText } from './retrieve/training-traces.js';
import { checkSolutions } from './data/solution-checks.js';
import { armsOneByOne } from './stage-settings.js';
import { firstWarmups, startStage } from './warmup-settings.js';
import { lookAtServer, refuseUntrainable } from './served-policy.js';
import { openSession, type OpenEngine, type Session } from './session.js';
import { writeSummary } from './summary.js';
import { hintWarnings, textWarnings } from './data/text-warnings.js';
import { refuseOtherEngines } from './arms/train-policy.js';
import { refuseOracleWithoutTruth } from './data/truth-checks.js';
import { labellingPolicy, startingPolicy } from './arms/warmup-stage.js';

/** Where a run may stop: after this stage. */
export type LastStage = 'labels' | 'retriever' | 'train' | 'eval';

export interface PipelineOptions {
  until?: LastStage;
  progress?: Progress;
  /** Another engine than the configured one. */
  openEngine?: OpenEngine;
  /** Lets finished stages run again where their inputs have changed; what they made is replaced. */
  again?: boolean;
  /** Asked before each arm is trained or evaluated. Default: all are. */
  beforeArm?: (arm: ArmConfig) => Promise<ArmDecision>;
}

/** `run` it, `skip` it, or `stop` the run there; a run that left arms out has no summary, and goes on when it is started again. */
export type ArmDecision = 'run' | 'skip' | 'stop';

/** Runs every stage up to `until` (default: all). Returns the summary once all arms have been evaluated. */
export async function runPipeline(
  config: Config,
  run: RunFolder,
  options: PipelineOptions = {},
): Promise<Summary | undefined> {
  const progress = keepProgress(run.paths.progress, options.progress ?? silent);
  try {
    return await runStages(config, run, { ...options, progress });
  } catch (error) {
    const { code, message, where, hint } = errorFacts(error);
    // Why it failed is thrown, whether it can be kept or not.
    await run.event('failed', { code, message, where, hint }).catch(() => undefined);
    throw error;
  } finally {
    await progress.close();
  }
}

async function runStages(
  config: Config,
  run: RunFolder,
  {
    until = 'eval',
    progress,
    openEngine = openConfiguredEngine,
    again = false,
    beforeArm = runAll,
  }: PipelineOptions & { progress: Progress },
): Promise<Summary | undefined> {
  if (config.labels.judge === 'llm') llmApiKey(config.llm.apiKeyEnv); // a missing key is told now, not after the warm-up
  if (config.engine.kind !== 'local') engineApiKey(config.engine.apiKeyEnv);
  refuseUntrainable(config, until);
  const asked = [...neededContexts(config).keys(), ...warmupSources(config).early];
  for (const name of asked) refuseMissingKey(config, name);
  const session = await openSession(config, run, openEngine, { progress, again });
  try {
    await acceptChanges(session);
    // Stage 0: problems and solved problems; the policy that finds out what helps.
    const data = await prepareData(session);
    const { tokenizer, codec } = session;
    const texts = [...textWarnings(tokenizer, data), ...hintWarnings(tokenizer, codec, config.arms)];
    for (const warning of texts) await warn(run, progress, warning);
    const needed = neededContexts(config);
    const trained = trainedEncoders(config, until);
    const wanted = wantsLabels(config, until);
    const encoderNames = [...new Set([...trained, ...neededEncoders(config)])];
    await refuseImpossibleEncoders(session, encoderNames);
    if (until !== 'labels') await refuseMissingWeights(session, encoderNames);
    await refuseHopeless(session, data, { labelled: wanted, until });
    await lookAtServer(session, { labelled: wanted });
    const first = await labellingPolicy(session, data);

    // Stages 1 and 2: which traces help, and retrievers that find them. Only where an arm or the warm-up asks for it.
    const withAttempts = draftsAttempts(config, until) ? await draftAttempts(session, data, first) : data;
    const labels = wanted ? await labelPairs(session, withAttempts, first) : undefined;
    if (until === 'labels') return undefined;
    const queries = labels && labelledQueries(config, withAttempts, labels.labels);
    const encoders = await encoderStages(session, encoderNames, {
      data: withAttempts,
      policy: first,
      labels: labels && queries && { ...labels, queries },
    });
    const { retrieved, warming, grades, trainingTraces } = await retrieveContexts(session, {
      data: withAttempts,
      needed,
      encoders,
      queries,
    });
    if (trainingTraces.length > 0) await run.eventOnce('training-traces', { retrievers: trainingTraces });
    for (const one of trainingTraces) progress.line(trainingTracesText(one));
    const contexts = countContexts(config.arms, data, { config, data, retrieved, lengths: session.lengths });
    await run.eventOnce('contexts', { contexts });
    for (const warning of contextWarnings(contexts)) await warn(run, progress, warning);
    refuseEmptyContexts(contexts);
    if (until === 'retriever') return undefined;

    // Stage 3: reinforcement fine-tuning (or what it is compared with), the trace in the prompt; evaluations from step 0. All arms
    // start from the first policy, or from one that was taught by retrievers that could search only now.
    const start = await startingPolicy(session, data, { first, retrieved: warming });
    const curriculum = await measureDifficulty(session, data, start);
    const inputs = { data, start, retrieved, curriculum };
    await refuseStaleArms(session, inputs);
    let skipped = 0;
    for (const arm of config.arms) {
      if (arm.policyOf !== null) continue;
      const decision = await beforeArm(arm);
      if (decision === 'stop') return undefined;
      if (decision === 'skip') skipped++;
      else await trainArm(session, arm, inputs);
    }
    const encoderRows = Object.keys(config.retrievers).map((name) => metricsName(config, name));
    await run.orderMetrics([
      ...firstWarmups(config),
      ...encoderRows,
      ...foldMetricsNames(config),
      startStage,
      ...config.arms.map(({ name }) => name),
    ]);
    if (until === 'train') return undefined;
    for (const arm of config.arms) {
      const owner = config.arms.find((other) => other.name === arm.policyOf);
      if (!owner) continue;
      const decision = await beforeArm(arm);
      if (decision === 'stop') return undefined;
      if (decision === 'skip') skipped++;
      else await evaluateBorrowedPolicy(session, arm, owner, inputs);
    }
    if (skipped > 0) return undefined;
    for (const arm of armsOneByOne(config)) await evaluateOneByOne(session, arm, inputs);
    return await writeSummary(session, data, { retrievers: grades, trainingTraces, labels: labels?.grades });
  } finally {
    await session.close();
  }
}

function runAll(): Promise<ArmDecision> {
  return Promise.resolve('run');
}

/** Before any work: an oracle without truth, pairs that no label can come out of, prompts that lose text or are too long. */
async function refuseHopeless(
  session: Session,
  data: DataSets,
  { labelled, until }: { labelled: boolean; until: LastStage },
): Promise<void> {
  refuseOracleWithoutTruth(session.config, data, { arms: until !== 'labels' });
  if (until === 'train' || until === 'eval') {
    await refuseOtherEngines(session);
    for (const warning of checkSolutions(session.config, data)) await warn(session.run, session.progress, warning);
  }
  const pairs = labelled ? choosePairs(session, data) : undefined;
  if (pairs) refuseHopelessLabels(session.config, pairs);
  const report = checkPromptsOf(session, data, { queries: pairs?.queries ?? [], until });
  await session.run.eventOnce('prompts', { limit: report.limit, longest: report.longest });
  refuseOverlong(report);
}
