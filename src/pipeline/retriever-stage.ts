/** Stage "retriever": the late-interaction encoder, trained on the labels with InfoNCE (Eq. 2), and its index. */
import type { Config } from '../config/index.js';
import { removeOwnFolder } from '../core/owned-folder.js';
import { warn } from '../core/warnings.js';
import { isUnseen } from '../data/index.js';
import {
  createEncoder,
  encoderShapeOf,
  EncoderClient,
  LearnedRetriever,
  specOf,
  trainOptionsOf,
  trainRetriever,
  writeRetriever,
} from '../retriever/index.js';
import type { DataSets } from './data-sets.js';
import { hashModelFolder } from './fingerprint.js';
import { labelGuard, type LabelResult } from './label-stage.js';
import { partsText, type LabelledQueries } from './labelled-queries.js';
import type { Session } from './session.js';
import { retrieverSettings } from './stage-settings.js';
import type { StartPolicy } from './warmup-stage.js';

/** The trained retriever: opened when it is searched with. */
export interface TrainedRetriever {
  open(): Promise<LearnedRetriever>;
  /** Hash of its files. */
  fingerprint: string;
}

/** Trains the retriever on the labelled queries; its token embeddings are those of the start policy. */
export async function trainRetrieverStage(
  session: Session,
  data: DataSets,
  queries: LabelledQueries,
  start: { labels: LabelResult; policy: StartPolicy },
): Promise<TrainedRetriever> {
  const { config, run } = session;
  const { labels, policy } = start;
  const inputs = {
    settings: retrieverSettings(config, session.identities),
    data: data.fingerprint,
    labels: labels.fingerprint,
    policy: policy.fingerprint,
  };
  const work = async () => {
    // Only one heavy worker at a time: the policy's makes room for the encoder's.
    await session.releaseEngine();
    await train(session, data, queries, policy);
    await removeOwnFolder(run.paths.index);
  };
  await run.stage('retriever', inputs, work, [run.paths.retriever]);
  const options = { threads: threadsOf(config), progress: session.progress };
  return {
    open: () => LearnedRetriever.open(run.paths.retriever, run.paths.index, data.corpus, options),
    fingerprint: await hashModelFolder(run.paths.retriever),
  };
}

async function train(session: Session, data: DataSets, queries: LabelledQueries, policy: StartPolicy): Promise<void> {
  const { config, run, tokenizer, progress } = session;
  const { scoring, temperature } = config.retriever;
  const spec = specOf(config.retriever);
  const shape = encoderShapeOf(config.retriever);
  const parts = {
    train: queries.train.length,
    validation: queries.validation.length,
    test: queries.test.length,
  };
  await run.event('retriever-data', parts);
  progress.line(partsText(queries));
  const { config: encoderConfig, params } = await createEncoder(policy.modelFolder, shape, config.seed);
  const encoder = await EncoderClient.open({
    config: encoderConfig,
    params,
    scoring,
    temperature,
    threads: threadsOf(config),
  });
  try {
    const guard = labelGuard(config, data);
    await run.cutMetrics('retriever', 0);
    const report = await trainRetriever(
      encoder,
      {
        train: queries.train,
        validation: queries.validation,
        candidates: data.corpus.filter((trace) => !isUnseen(trace)),
        exclude: (query, trace) => !guard.mayTeach(query, trace),
        tokenize: (text) => tokenizer.encode(text),
        spec,
      },
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
      await warn(run, progress, {
        code: 'saturated',
        where: 'retriever',
        text: 'the first batch was saturated (next to no gradient). Use retriever.scoring: mean, or a higher temperature.',
      });
    }
  } finally {
    await encoder.dispose();
  }
}

/** 0 in the configuration leaves the number of threads to the runtime. */
function threadsOf({ engine }: Config): number | undefined {
  return engine.threads === 0 ? undefined : engine.threads;
}
