/** From labelled pairs to a trained encoder in a folder, with its grade on questions that chose nothing. */
import { join } from 'node:path';
import { RaRftError } from '../../core/errors.js';
import type { Progress } from '../../core/progress.js';
import type { Trace } from '../../data/types.js';
import type { Label } from '../../judge/types.js';
import { startEncoder } from '../encode/open.js';
import type { NetEncoder } from '../encode/net-encoder.js';
import { writeRetriever, type RetrieverHeader } from '../encode/retriever-folder.js';
import type { RetrieverSpec } from '../encode/spec.js';
import { queryText } from '../encode/text.js';
import { encoderSettings, trainOptionsOf, type EncoderSettings } from '../from-config.js';
import { retriever } from '../keys.js';
import type { CheckpointStore } from '../train/checkpoint.js';
import { collectLabels, type LabelledQuery } from '../train/pairs.js';
import { splitQueries, type QueryShares } from '../train/split-queries.js';
import { trainRetriever, type TrainData, type TrainHooks } from '../train/train.js';
import { baseEncoder } from './base-encoder.js';
import { asTrace, countWithoutText, readPairs, readTraces } from './lines.js';
import { trainingCheckpoints, type TrainingCheckpoints } from './training-checkpoints.js';
import type { LabelledPair, Lines, TraceInput } from './types.js';

export interface TrainRetrieverOptions {
  labels: Lines<LabelledPair>;
  corpus: Lines<TraceInput>;
  /**
   * `small` (default): an encoder from nothing, over the words of the corpus; needs no file, and some hundreds of labelled questions. Or a
   * folder: a retriever, which is trained further, or a model in Hugging Face layout, whose token embeddings are built upon.
   */
  encoder?: string | undefined;
  /** Keys of the section `retriever` of the configuration (docs/config.md) that differ from its defaults. */
  settings?: Partial<EncoderSettings & QueryShares> | undefined;
  /** Of weights and batches; default 1. */
  seed?: number | undefined;
  /** Threads of tensor work; left to the runtime by default. */
  threads?: number | undefined;
  progress?: Progress | undefined;
  /** Every step's and every validation's figures. */
  onMetrics?: TrainHooks['onMetrics'];
  /**
   * A folder for the training's checkpoints (every `checkpointEverySteps`, and five minutes after the last one): the same call goes on from
   * the one that is there, to the same weights. Removed when the retriever is saved. Left out: none are kept.
   */
  checkpoints?: string | undefined;
  /** Ends the training between two steps. */
  signal?: AbortSignal | undefined;
}

/** A trained encoder that still works, and what it learnt from. */
export interface TrainedParts {
  encoder: NetEncoder;
  header: RetrieverHeader;
  /** The encoder on disk. */
  folder: string;
  traces: TraceInput[];
  /** Labelled questions that neither trained the encoder nor chose its checkpoint. */
  test: LabelledQuery[];
  /** Labelled questions without a positive: there is nothing to learn from them. */
  withoutPositive: number;
  /** What the training went on from, where it was to leave something. */
  checkpoints: CheckpointStore | undefined;
}

/** Trains into `scratch`. Throws `data` at labels and traces that cannot be used, `config` at settings that are none, the signal's reason. */
export async function trainParts(options: TrainRetrieverOptions, scratch: string): Promise<TrainedParts> {
  const { settings: given = {}, seed = 1, threads, signal, progress, onMetrics } = options;
  const { settings, shares } = settingsOf(given);
  const inputs = await readTraces(options.corpus, 'corpus');
  const traces = inputs.map(asTrace);
  if (traces.length === 0) throw noTraces();
  const { labelled, withoutPositive } = await labelledQueries(options.labels, traces);
  const parts = splitQueries(labelled, shares, seed);
  const asked = labelled.map(({ query }) => queryText(query, settings.query));
  const texts = [...asked, ...traces.flatMap((t) => [t.question, t.trace])];
  signal?.throwIfAborted();
  const { encoder: kind = 'small' } = options;
  const base = await baseEncoder({ encoder: kind, settings, given: Object.keys(given), texts, seed, scratch });
  countWithoutText(traces, base.spec.text);
  const { train, validation, test } = parts;
  const trainOptions = trainOptionsOf(settings, seed, train.length);
  const inputsOfTraining = { base, train, validation, traces, options: trainOptions };
  const encoder = await startEncoder(base, { threads, temperature: settings.temperature });
  let checkpoints: TrainingCheckpoints | undefined;
  try {
    if (options.checkpoints !== undefined)
      checkpoints = await trainingCheckpoints(options.checkpoints, inputsOfTraining, progress);
    const training = await trainRetriever(
      encoder,
      { train, validation, candidates: traces, ...textsOf(base.spec) },
      trainOptions,
      {
        ...(progress && { progress }),
        ...(checkpoints && { checkpoints }),
        onMetrics: async (line) => {
          await onMetrics?.(line);
          signal?.throwIfAborted();
        },
      },
    );
    const params = new Map([...base.encoder.params, ...(await encoder.snapshot())]);
    const folder = join(scratch, 'encoder');
    const checkpoint = { encoder: { config: base.encoder.config, params }, spec: base.spec, training };
    const header = await writeRetriever(folder, checkpoint, base.tokenizerFolder);
    return { encoder, header, folder, traces: inputs, test, withoutPositive, checkpoints };
  } catch (error) {
    await encoder.dispose();
    throw error;
  } finally {
    await checkpoints?.release();
  }
}

function noTraces(): RaRftError {
  const expected = 'at least one line { "id": "...", "trace": "..." }';
  return new RaRftError({ code: 'data', message: 'the corpus has no trace', where: 'corpus', expected });
}

function textsOf({ text, queryText: asked }: RetrieverSpec): Pick<TrainData, 'text' | 'queryText'> {
  return { text, queryText: asked };
}

/** What a run does with its training problems is none of them. */
const retrieverKeys = retriever.unwrap().omit({ crossFit: true });

function settingsOf(given: object): { settings: EncoderSettings; shares: QueryShares } {
  const parsed = retrieverKeys.safeParse(given);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    const where = ['settings', ...path].join('.');
    throw new RaRftError({
      code: 'config',
      message: `${where}: ${message}`,
      where,
      expected: 'keys of the section retriever (docs/config.md)',
    });
  }
  return { settings: encoderSettings(parsed.data, { kind: 'encoder', trained: true }), shares: parsed.data };
}

/** Questions with their positives; equal questions are one. Throws `data` at a label whose trace is not in the corpus. */
async function labelledQueries(lines: Lines<LabelledPair>, traces: readonly Trace[]) {
  const known = new Set(traces.map(({ id }) => id));
  const idOf = new Map<string, string>();
  const labels: Label[] = [];
  const attemptOf = new Map<string, string | undefined>();
  for (const { question, attempt, traceId, relevant, where } of await readPairs(lines)) {
    if (!known.has(traceId)) {
      throw new RaRftError({
        code: 'data',
        message: `the label names the trace ${traceId}, which is not in the corpus`,
        where,
        expected: 'the id of a trace of the corpus',
      });
    }
    const problemId = idOf.get(question) ?? `question-${String(idOf.size + 1).padStart(6, '0')}`;
    idOf.set(question, problemId);
    attemptOf.set(question, attemptOf.get(question) ?? attempt);
    labels.push({ problemId, traceId, relevant, judge: 'given', key: '' });
  }
  const queries = [...idOf].map(([question, id]) => ({ id, question, attempt: attemptOf.get(question) }));
  return collectLabels(labels, queries, traces);
}
