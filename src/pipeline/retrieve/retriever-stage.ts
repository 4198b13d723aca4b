/**
 * Stages "retriever-<name>": the encoders among the retrievers. One that is trained learns from the labels (Eq. 2); one that
 * is not stands as it was made. Each has an index of its own.
 */
import type { Config } from '../../config/index.js';
import { RaRftError } from '../../core/errors.js';
import { hashJson } from '../../core/hash.js';
import { removeOwnFolder } from '../../core/owned-folder.js';
import { recordedSteps } from '../../train/index.js';
import { warn } from '../../runs/warnings.js';
import { isUnseen, type Trace } from '../../data/index.js';
import {
  checkpointFolder,
  EncoderRetriever,
  writeRetriever,
  type CheckpointStore,
  type EncoderEntry,
  type Query,
  type TrainReport,
} from '../../retriever/index.js';
import type { RetrieverName } from './contexts.js';
import type { DataSets } from '../data/data-sets.js';
import { searchesWithAttempts } from './attempts.js';
import { TEXTS_CUT, cutInTraining } from './cut-texts.js';
import { encoderPlanOf, untrainedEncoder, withTrainedEncoder, type EncoderPlan } from './encoder-training.js';
import { hashEncoderFolder } from '../fingerprint.js';
import { indexServerOf } from './open-named.js';
import { labelGuard, type RoundLabels } from '../labels/label-stage.js';
import { partsText, type LabelledQueries } from '../labels/labelled-queries.js';
import type { Session } from '../session.js';
import { encoderStage, encoderStageSettings } from '../stage-settings.js';
import type { StartPolicy } from '../arms/warmup-stage.js';

/** An encoder that is there: opened when it is searched with. */
export interface ReadyEncoder {
  open(): Promise<EncoderRetriever>;
  /** Hash of its files. */
  fingerprint: string;
}

/** What encoders are made from. `labels` is undefined where none of them is trained. */
export interface EncoderInputs {
  data: DataSets;
  policy: StartPolicy;
  labels: (RoundLabels & { queries: LabelledQueries }) | undefined;
}

/** Makes encoders one after the other; their token embeddings are those of the first policy. */
export async function encoderStages(
  session: Session,
  names: readonly RetrieverName[],
  inputs: EncoderInputs,
): Promise<Map<RetrieverName, ReadyEncoder>> {
  const ready = new Map<RetrieverName, ReadyEncoder>();
  for (const name of names) {
    const entry = session.config.retrievers[name];
    if (entry?.kind === 'encoder') ready.set(name, await makeEncoder(session, name, entry, inputs));
  }
  return ready;
}

async function makeEncoder(
  session: Session,
  name: RetrieverName,
  entry: EncoderEntry,
  inputs: EncoderInputs,
): Promise<ReadyEncoder> {
  const { config, run, tokenizer, progress } = session;
  const { data, policy, labels } = inputs;
  const folder = run.paths.retriever(name);
  const index = run.paths.index(name);
  const plan = encoderPlanOf(config, entry, {
    folder: policy.modelFolder,
    adapter: policy.folder === policy.modelFolder ? undefined : policy.folder,
    tokenizer,
  });
  const depends = {
    settings: encoderStageSettings(config, name, session.identities),
    // One with a folder of its own takes nothing from the policy; the folder's content is among the settings.
    ...(entry.model === null && { policy: policy.fingerprint }),
    ...(entry.trained && { data: data.fingerprint, labels: labels?.fingerprint }),
    ...(entry.trained && searchesWithAttempts(config, name) && { attempts: data.attempts }),
  };
  const work = async () => {
    // Only one heavy worker at a time: the policy's makes room for the encoder's.
    await session.releaseEngine();
    if (entry.trained) await train(session, name, plan, { ...inputs, key: hashJson(depends) });
    else {
      const made = await untrainedEncoder(plan);
      for (const note of made.notes) progress.line(note);
      await writeRetriever(folder, made, made.tokenizerFrom ?? session.modelFolder);
    }
    await removeOwnFolder(index);
  };
  if (entry.trained && !labels)
    throw new RaRftError({ code: 'internal', message: `there are no labels to train the retriever ${name} on` });
  await run.stage(encoderStage(name), depends, work, [folder]);
  const server = indexServerOf(config, name);
  const options = { threads: plan.threads, progress, index: plan.settings.index, server };
  return {
    open: () => EncoderRetriever.open(folder, index, data.corpus, options),
    fingerprint: await hashEncoderFolder(folder, folder),
  };
}

/** `key` stands for all that the training depends on: its checkpoints go on with nothing else. */
async function train(
  session: Session,
  name: RetrieverName,
  plan: EncoderPlan,
  { data, labels, key }: EncoderInputs & { key: string },
): Promise<void> {
  const { config, run, progress } = session;
  const { train: own, validation, test } = labels!.queries;
  const row = metricsName(config, name);
  await run.event('retriever-data', { name, train: own.length, validation: validation.length, test: test.length });
  progress.line(partsText(labels!.queries));
  const guard = labelGuard(config, data);
  const queries = {
    train: own,
    validation,
    candidates: data.corpus.filter((trace) => !isUnseen(trace)),
    exclude: (query: Query, trace: Trace) => !guard.mayTeach(query, trace),
  };
  const checkpoints = checkpointsOf(session, name, key);
  const hooks = { onMetrics: (line: { step: number }) => run.metrics({ arm: row, ...line }), progress, checkpoints };
  await withTrainedEncoder(plan, queries, hooks, async ({ spec, report, checkpoint }) => {
    const retriever = { encoder: await checkpoint(), spec, training: report };
    await writeRetriever(run.paths.retriever(name), retriever, plan.own?.folder ?? session.modelFolder);
    await checkpoints.remove();
    await warnSaturated(session, name, plan.settings, report);
    const cut = cutInTraining(report);
    const where = `training of ${name}`;
    if (cut !== undefined) await warn(run, progress, { code: TEXTS_CUT, where, text: cut });
  });
}

/** Checkpoints in the run folder. Going on from one cuts the rows of the training back to it. */
function checkpointsOf({ config, run }: Session, name: RetrieverName, key: string): CheckpointStore {
  const row = metricsName(config, name);
  const store = checkpointFolder(run.paths.retrieverTraining(name), key);
  const load = async () => {
    const found = await store.load();
    // Rows that were lost with the power are not made up for by a checkpoint behind them.
    const usable = found && found.step <= (await recordedSteps(run, row)) ? found : undefined;
    await run.cutMetrics(row, usable?.step ?? 0);
    if (usable) await run.event('training-resumed', { name, step: usable.step });
    return usable;
  };
  return { ...store, load };
}

/** Under which name rows of metrics.jsonl stand: `retriever` for the first encoder that is trained, a name of its own for every other. */
export function metricsName({ retrievers }: Pick<Config, 'retrievers'>, name: RetrieverName): string {
  const first = Object.entries(retrievers).find(([, entry]) => entry.kind === 'encoder' && entry.trained);
  return first?.[0] === name ? 'retriever' : `retriever/${name}`;
}

async function warnSaturated(
  { run, progress }: Session,
  name: RetrieverName,
  { scoring }: EncoderPlan['settings'],
  { saturated }: TrainReport,
): Promise<void> {
  if (!saturated) return;
  const way = scoring === 'sum' ? 'Use retriever.scoring: mean, or a higher' : 'Use a higher';
  await warn(run, progress, {
    code: 'saturated',
    where: `retriever ${name}`,
    text: `the first batch was saturated (next to no gradient). ${way} retriever.temperature.`,
  });
}
