/**
 * RA-RFT from data to report, in the order of the paper. Every stage leaves files in the run folder and is skipped when
 * they are there already, so a run may be killed anywhere and started again.
 */
import { llmApiKey, type Config } from '../config/index.js';
import { silent, type Progress } from '../core/progress.js';
import type { RunFolder } from '../core/run-folder.js';
import { warn } from '../core/warnings.js';
import type { Summary } from '../eval/index.js';
import { evaluateBorrowedPolicy, trainArm } from './arms-stage.js';
import { neededContexts } from './contexts.js';
import { prepareData, type DataSets } from './data-stage.js';
import { openLocalEngine } from './engines.js';
import { choosePairs, labelPairs } from './label-stage.js';
import { refuseOverlong } from './overlong.js';
import { checkPromptsOf } from './prompt-stage.js';
import { heldOutLabels } from './retrieval-grades.js';
import { retrieveContexts } from './retrieve-stage.js';
import { trainRetrieverStage } from './retriever-stage.js';
import { openSession, type OpenEngine, type Session } from './session.js';
import { writeSummary } from './summary.js';
import { textWarnings } from './text-warnings.js';
import { warmUp } from './warmup-stage.js';

/** Where a run may stop: after this stage. */
export type LastStage = 'labels' | 'retriever' | 'train' | 'eval';

export interface PipelineOptions {
  until?: LastStage;
  progress?: Progress;
  /** Another engine than the local one. */
  openEngine?: OpenEngine;
}

/** Runs every stage up to `until` (default: all). Returns the summary once the arms have been evaluated. */
export async function runPipeline(
  config: Config,
  run: RunFolder,
  options: PipelineOptions = {},
): Promise<Summary | undefined> {
  const { until = 'eval', progress = silent, openEngine = openLocalEngine } = options;
  if (config.labels.judge === 'llm') llmApiKey(config.llm.apiKeyEnv); // a missing key is told now, not after the warm-up
  const session = await openSession(config, run, openEngine, progress);
  try {
    // Stage 0: problems and solved problems; the policy all arms start from.
    const data = await prepareData(session);
    for (const warning of textWarnings(session.tokenizer, session.codec, data)) await warn(run, progress, warning);
    const needed = neededContexts(config.arms);
    const wanted = needed.includes('learned') || until === 'labels' || until === 'retriever';
    await refuseUnfitPrompts(session, data, { labelled: wanted, until });
    const start = await warmUp(session, data);

    // Stages 1 and 2: which traces help, and a retriever that finds them. Only where an arm asks for it.
    const labels = wanted ? await labelPairs(session, data, start) : undefined;
    if (until === 'labels') return undefined;
    const learned = labels && (await trainRetrieverStage(session, data, labels, start));
    const names = gradedRetrievers(needed, learned !== undefined);
    const heldOut = labels && heldOutLabels(config, data, labels.labels);
    const { retrieved, grades, fingerprint } = await retrieveContexts(session, { data, names, learned, heldOut });
    if (until === 'retriever') return undefined;

    // Stage 3: reinforcement fine-tuning, the trace in the prompt; evaluations from step 0.
    const inputs = { data, start, retrieved, retrievedFingerprint: fingerprint };
    for (const arm of config.arms) if (arm.policyOf === null) await trainArm(session, arm, inputs);
    if (until === 'train') return undefined;
    for (const arm of config.arms) {
      const owner = config.arms.find((other) => other.name === arm.policyOf);
      if (owner) await evaluateBorrowedPolicy(session, arm, owner, inputs);
    }
    return await writeSummary(session, data, grades);
  } finally {
    await session.close();
  }
}

/** Before any work: prompts that lose text, or are too long. */
async function refuseUnfitPrompts(
  session: Session,
  data: DataSets,
  { labelled, until }: { labelled: boolean; until: LastStage },
): Promise<void> {
  const queries = labelled ? choosePairs(session, data).queries : [];
  const report = checkPromptsOf(session, data, { queries, until });
  await session.run.event('prompts', { limit: report.limit, longest: report.longest });
  refuseOverlong(report);
}

/** What the arms use, and beside it BM25 and random: a retriever's figures mean nothing alone. */
function gradedRetrievers(
  needed: ReturnType<typeof neededContexts>,
  learned: boolean,
): ReturnType<typeof neededContexts> {
  const names = new Set([...(learned ? (['learned'] as const) : []), 'bm25' as const, 'random' as const, ...needed]);
  return [...names];
}
