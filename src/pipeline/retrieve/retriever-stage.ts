/**
 * Stages "retriever-<name>": the encoders among the retrievers. One that is trained learns from the labels (Eq. 2); one that
 * is not stands as it was made. Each has an index of its own, and so have those of its folds ("retriever-<name>.fold-<k>").
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
import { foldsOf } from './cross-fit.js';
import { crossFitOf, crossFitted, type MadeEncoder } from './fold-encoders.js';
import type { DataSets } from '../data/data-sets.js';
import { searchesWithAttempts } from './attempts.js';
import { TEXTS_CUT, cutInTraining } from './cut-texts.js';
import { encoderPlanOf, untrainedEncoder, withTrainedEncoder, type EncoderPlan } from './encoder-training.js';
import { hashEncoderFolder } from '../fingerprint.js';
import { indexServerOf } from './open-named.js';
import { labelGuard, type RoundLabels } from '../labels/label-stage.js';
import { foldText, partsText, type LabelledQueries } from '../labels/labelled-queries.js';
import type { Session } from '../session.js';
import {
  encoderFolder,
  encoderStage,
  encoderStageSettings,
  foldStage,
  foldStageSettings,
} from '../retriever-settings.js';
import type { StartPolicy } from '../arms/warmup-stage.js';

/** One that searches by itself, trained on all labels or on none. */
export interface ReadyEncoder extends MadeEncoder {
  /** What searches for training problems in its place, without having seen their labels (`retriever.crossFit`). */
  crossFitted?: MadeEncoder;
}

/** Where an encoder stands in the run folder. */
interface Place {
  name: RetrieverName;
  /** The fold that it is trained without, from 1; undefined for the one that is trained on all labels. */
  fold?: number;
  folder: string;
  index: string;
  training: string;
  /** Under which name rows of metrics.jsonl stand. */
  row: string;
  /** As people are told of it. */
  shown: string;
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
    if (entry?.kind !== 'encoder') continue;
    const whole = await makeEncoder(session, placeOf(session, name), entry, inputs);
    const folds = await foldEncoders(session, name, entry, { whole, inputs });
    ready.set(name, { ...whole, ...(folds && { crossFitted: folds }) });
  }
  return ready;
}

/** Trains an encoder once more for each fold; undefined where it is not cross-fitted. */
async function foldEncoders(
  session: Session,
  name: RetrieverName,
  entry: EncoderEntry,
  { whole, inputs }: { whole: MadeEncoder; inputs: EncoderInputs },
): Promise<MadeEncoder | undefined> {
  const folds = foldsOf(session.config, name);
  const { data, labels } = inputs;
  if (folds.length === 0 || !labels) return undefined;
  const crossFit = crossFitOf(session.config, data, labels.queries);
  const made: MadeEncoder[] = [];
  for (const [at, fold] of folds.entries()) {
    const own = { ...labels, queries: crossFit.queries_F[at]! };
    made.push(await makeEncoder(session, placeOf(session, name, fold), entry, { ...inputs, labels: own }));
  }
  return crossFitted(whole, made, crossFit);
}

function placeOf({ config, run: { paths } }: Session, name: RetrieverName, fold?: number): Place {
  const folder = encoderFolder(name, fold);
  const place = {
    name,
    folder: paths.retriever(folder),
    index: paths.index(folder),
    training: paths.retrieverTraining(folder),
  };
  return fold === undefined
    ? { ...place, row: metricsName(config, name), shown: name }
    : {
        ...place,
        fold,
        row: foldMetricsName(name, fold),
        shown: `${name}, fold ${fold} of ${config.retriever.crossFit}`,
      };
}

async function makeEncoder(
  session: Session,
  place: Place,
  entry: EncoderEntry,
  inputs: EncoderInputs,
): Promise<MadeEncoder> {
  const { config, run, tokenizer, progress } = session;
  const { data, policy, labels } = inputs;
  const { name, fold, folder, index } = place;
  const plan = encoderPlanOf(config, entry, {
    folder: policy.modelFolder,
    adapter: policy.folder === policy.modelFolder ? undefined : policy.folder,
    tokenizer,
  });
  const depends = {
    settings:
      fold === undefined
        ? encoderStageSettings(config, name, session.identities)
        : foldStageSettings(config, name, session.identities),
    ...(fold !== undefined && { fold }),
    // One with a folder of its own takes nothing from the policy; the folder's content is among the settings.
    ...(entry.model === null && { policy: policy.fingerprint }),
    ...(entry.trained && { data: data.fingerprint, labels: labels?.fingerprint }),
    ...(entry.trained && searchesWithAttempts(config, name) && { attempts: data.attempts }),
  };
  const work = async () => {
    // Only one heavy worker at a time: the policy's makes room for the encoder's.
    await session.releaseEngine();
    if (entry.trained) await train(session, place, plan, { ...inputs, key: hashJson(depends) });
    else {
      const made = await untrainedEncoder(plan);
      for (const note of made.notes) progress.line(note);
      await writeRetriever(folder, made, made.tokenizerFrom ?? session.modelFolder);
    }
    await removeOwnFolder(index);
  };
  if (entry.trained && !labels)
    throw new RaRftError({ code: 'internal', message: `there are no labels to train the retriever ${name} on` });
  await run.stage(fold === undefined ? encoderStage(name) : foldStage(name, fold), depends, work, [folder]);
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
  place: Place,
  plan: EncoderPlan,
  { data, labels, key }: EncoderInputs & { key: string },
): Promise<void> {
  const { config, run, progress } = session;
  const { train: own, validation, test } = labels!.queries;
  const { name, fold, row, shown } = place;
  const counts = { train: own.length, validation: validation.length, test: test.length };
  await run.event('retriever-data', { name, ...(fold !== undefined && { fold }), ...counts });
  progress.line(fold === undefined ? partsText(labels!.queries) : foldText(shown, labels!.queries));
  const guard = labelGuard(config, data);
  const queries = {
    train: own,
    validation,
    candidates: data.corpus.filter((trace) => !isUnseen(trace)),
    exclude: (query: Query, trace: Trace) => !guard.mayTeach(query, trace),
  };
  const checkpoints = checkpointsOf(session, place, key);
  const hooks = { onMetrics: (line: { step: number }) => run.metrics({ arm: row, ...line }), progress, checkpoints };
  await withTrainedEncoder(plan, queries, hooks, async ({ spec, report, checkpoint }) => {
    const retriever = { encoder: await checkpoint(), spec, training: report };
    await writeRetriever(place.folder, retriever, plan.own?.folder ?? session.modelFolder);
    await checkpoints.remove();
    await warnSaturated(session, shown, plan.settings, report);
    const cut = cutInTraining(report);
    const where = `training of ${shown}`;
    if (cut !== undefined) await warn(run, progress, { code: TEXTS_CUT, where, text: cut });
  });
}

/** Checkpoints in the run folder. Going on from one cuts the rows of the training back to it. */
function checkpointsOf({ run }: Session, { name, fold, row, training }: Place, key: string): CheckpointStore {
  const store = checkpointFolder(training, key);
  const load = async () => {
    const found = await store.load();
    // Rows that were lost with the power are not made up for by a checkpoint behind them.
    const usable = found && found.step <= (await recordedSteps(run, row)) ? found : undefined;
    await run.cutMetrics(row, usable?.step ?? 0);
    if (usable) await run.event('training-resumed', { name, ...(fold !== undefined && { fold }), step: usable.step });
    return usable;
  };
  return { ...store, load };
}

/** Under which name rows of metrics.jsonl stand: `retriever` for the first encoder that is trained, a name of its own for every other. */
export function metricsName({ retrievers }: Pick<Config, 'retrievers'>, name: RetrieverName): string {
  const first = Object.entries(retrievers).find(([, entry]) => entry.kind === 'encoder' && entry.trained);
  return first?.[0] === name ? 'retriever' : `retriever/${name}`;
}

/** The same for encoders of folds, of all retrievers. */
export function foldMetricsNames(config: Config): string[] {
  return Object.keys(config.retrievers).flatMap((name) =>
    foldsOf(config, name).map((fold) => foldMetricsName(name, fold)),
  );
}

function foldMetricsName(name: RetrieverName, fold: number): string {
  return `retriever/${name}.fold-${fold}`;
}

async function warnSaturated(
  { run, progress }: Session,
  shown: string,
  { scoring }: EncoderPlan['settings'],
  { saturated }: TrainReport,
): Promise<void> {
  if (!saturated) return;
  const way = scoring === 'sum' ? 'Use retriever.scoring: mean, or a higher' : 'Use a higher';
  await warn(run, progress, {
    code: 'saturated',
    where: `retriever ${shown}`,
    text: `the first batch was saturated (next to no gradient). ${way} retriever.temperature.`,
  });
}
