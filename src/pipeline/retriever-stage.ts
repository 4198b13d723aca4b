/** Stage "retriever": the late-interaction encoder, trained on the labels with InfoNCE (Eq. 2), and its index. */
import type { Config } from '../config/index.js';
import { hashJson } from '../core/hash.js';
import { removeOwnFolder } from '../core/owned-folder.js';
import { leakGuard } from '../data/index.js';
import {
  collectLabels,
  createEncoder,
  encoderShapeOf,
  EncoderClient,
  LearnedRetriever,
  specOf,
  trainOptionsOf,
  trainRetriever,
  withoutUnjudged,
  writeRetriever,
  type TrainData,
} from '../retriever/index.js';
import type { DataSets } from './data-stage.js';
import type { LabelResult } from './label-stage.js';
import type { Session } from './session.js';
import type { StartPolicy } from './warmup-stage.js';

/** The trained retriever: opened when it is searched with. */
export interface TrainedRetriever {
  open(): Promise<LearnedRetriever>;
  fingerprint: string;
}

/** Trains the retriever on the labels; its token embeddings are those of the start policy. */
export async function trainRetrieverStage(
  session: Session,
  data: DataSets,
  labels: LabelResult,
  policy: StartPolicy,
): Promise<TrainedRetriever> {
  const { config, run } = session;
  const inputs = {
    data: data.fingerprint,
    labels: labels.fingerprint,
    policy: policy.fingerprint,
    retriever: config.retriever,
    seed: config.seed,
  };
  await run.stage('retriever', inputs, async () => {
    // Only one heavy worker at a time: the policy's makes room for the encoder's.
    await session.releaseEngine();
    await train(session, data, labels, policy);
    await removeOwnFolder(run.paths.index);
  });
  const threads = threadsOf(config);
  return {
    open: () => LearnedRetriever.open(run.paths.retriever, run.paths.index, data.corpus, { threads }),
    fingerprint: hashJson(inputs),
  };
}

async function train(session: Session, data: DataSets, { labels }: LabelResult, policy: StartPolicy): Promise<void> {
  const { config, run, tokenizer, progress } = session;
  const { scoring, temperature } = config.retriever;
  const spec = specOf(config.retriever);
  const shape = encoderShapeOf(config.retriever);
  const { config: encoderConfig, params } = await createEncoder(policy.folder, shape, config.seed);
  const encoder = await EncoderClient.open({
    config: encoderConfig,
    params,
    scoring,
    temperature,
    threads: threadsOf(config),
  });
  try {
    const candidates = data.corpus.filter((trace) => trace.split !== 'held-out');
    const { labelled: collected, strangers } = collectLabels(labels, data.train, candidates);
    const partly = config.labels.selection.pairs === 'budget';
    const labelled = partly ? withoutUnjudged(collected, labels, candidates) : collected;
    await run.event('retriever-data', { labelled: labelled.length, strangers });
    const exclude = leakGuard(data.train, {
      sameAnswer: config.labels.excludeSameAnswer,
      lists: data.excludeLists,
    });
    const tokenize: TrainData['tokenize'] = (text) => tokenizer.encode(text);
    await run.cutMetrics('retriever', 0);
    const report = await trainRetriever(
      encoder,
      { labelled, candidates, exclude, tokenize, spec },
      trainOptionsOf(config.retriever, config.seed),
      {
        onMetrics: (line) => run.metrics({ arm: 'retriever', ...line }),
        progress,
      },
    );
    const trained = new Map([...params, ...(await encoder.snapshot())]);
    await writeRetriever(
      run.paths.retriever,
      { encoder: { config: encoderConfig, params: trained }, spec, training: report },
      session.modelFolder,
    );
    if (report.saturated) {
      progress.line(
        'retriever: the first batch was saturated (next to no gradient); use retriever.scoring: mean, or a higher temperature',
      );
    }
  } finally {
    await encoder.dispose();
  }
}

/** 0 in the configuration leaves the number of threads to the runtime. */
function threadsOf({ engine }: Config): number | undefined {
  return engine.threads === 0 ? undefined : engine.threads;
}
