/** Stage "retrieved": the best traces of the problems whose prompts or grades need them, by each retriever, kept as files. */
import { join } from 'node:path';
import type { Config } from '../../config/index.js';
import { readJsonlAll } from '../../core/jsonl.js';
import { writeJsonl, type Trace } from '../../data/index.js';
import type { RetrieverEntry, TraceRetriever } from '../../retriever/index.js';
import { isCrossFitted, warmsUpUncrossed } from './cross-fit.js';
import { encodersBehind, type ProblemSet, type Retrieved, type RetrieverName } from './contexts.js';
import type { DataSets } from '../data/data-sets.js';
import type { TrainingTraces } from '../../eval/index.js';
import type { LabelledQueries } from '../labels/labelled-queries.js';
import {
  gradeByLabels,
  gradeByTruth,
  labelledTestSplit,
  type JudgedHit,
  type RetrieverGrade,
} from './retrieval-grades.js';
import { keptHits, type Wanted } from './retrieved-file.js';
import { searchesWithAttempts } from './attempts.js';
import type { ReadyEncoder } from './retriever-stage.js';
import { searchNamed } from './search-named.js';
import type { Session } from '../session.js';
import { retrievedSettings, retrievedStage, uncrossedSettings, uncrossedStage } from '../retriever-settings.js';
import { trainingTraces } from './training-traces.js';

export interface RetrievalPlan {
  data: DataSets;
  /** What the prompts of the arms need of each retriever. */
  needed: ReadonlyMap<RetrieverName, ReadonlySet<ProblemSet>>;
  /** Encoders that are there: those that the arms use, and those that were trained. */
  encoders: ReadonlyMap<RetrieverName, ReadyEncoder>;
  /** To grade retrievers by labels; undefined where nothing was labelled. */
  queries: LabelledQueries | undefined;
}

export interface RetrievalResult {
  retrieved: Retrieved;
  /** What the warm-up shows of each: the same, or what is found without cross-fitting (`warmup.crossFit`). */
  warming: Retrieved;
  grades: RetrieverGrade[];
  /** How often the traces that training prompts show are right. */
  trainingTraces: TrainingTraces[];
}

/** Searches with every retriever that an arm or a grade needs; what was searched is read. */
export async function retrieveContexts(session: Session, plan: RetrievalPlan): Promise<RetrievalResult> {
  const retrieved = new Map<RetrieverName, ReadonlyMap<string, readonly Trace[]>>();
  const warming = new Map(retrieved);
  const grades: RetrieverGrade[] = [];
  const taught: TrainingTraces[] = [];
  for (const name of searchedRetrievers(session.config, plan)) {
    const found = await retrieveWith(name, session, plan);
    retrieved.set(name, found.hits);
    warming.set(name, found.warming);
    grades.push(...found.grades);
    taught.push(...found.taught);
  }
  return { retrieved, warming, grades, trainingTraces: taught };
}

/**
 * What the arms use and, where there is anything to grade by, BM25 and random beside it (the first of each kind): figures mean nothing
 * alone. In the order of the map.
 */
function searchedRetrievers(
  { retrievers }: Config,
  { needed, encoders, queries, data }: RetrievalPlan,
): RetrieverName[] {
  const graded = data.test.some(({ truth }) => truth !== undefined) || (queries?.test.length ?? 0) > 0;
  const first = (kind: RetrieverEntry['kind']) =>
    Object.keys(retrievers)
      .filter((name) => retrievers[name]?.kind === kind)
      .slice(0, 1);
  const beside = graded ? [...encoders.keys(), ...first('bm25'), ...first('random')] : [];
  const names = new Set([...needed.keys(), ...beside]);
  return Object.keys(retrievers).filter((name) => names.has(name));
}

async function retrieveWith(name: RetrieverName, session: Session, plan: RetrievalPlan) {
  const { run, config } = session;
  const { data, encoders, queries } = plan;
  const wanted = wantedOf(name, plan);
  const judged = join(run.root, 'retrieved', labelledTestSplit, `${name}.jsonl`);
  const used = encodersBehind(config, name);
  const behind = used.flatMap((encoder) => (encoder === name ? [] : (encoders.get(encoder)?.fingerprint ?? [])));
  const crossFit = isCrossFitted(config, name)
    ? used.flatMap((encoder) => encoders.get(encoder)?.crossFitted?.fingerprint ?? [])
    : [];
  const inputs = {
    encoder: encoders.get(name)?.fingerprint ?? null,
    ...(behind.length > 0 && { behind }),
    ...(searchesWithAttempts(config, name) && { attempts: data.attempts }),
  };
  const hits = await searchNamed(session, data, {
    name,
    stage: retrievedStage(name),
    settings: retrievedSettings(config, name),
    file: run.paths.retrieved(name),
    wanted,
    kept: keptHits(name, config),
    inputs: {
      wanted: [wanted.train.length, wanted.test.length],
      judged: queries ? queries.test.map(({ query }) => [query.id, [...(queries.judged.get(query.id) ?? [])]]) : null,
      ...inputs,
      ...(crossFit.length > 0 && { crossFit }),
    },
    openEncoder: (encoder) => {
      const whole = encoders.get(encoder);
      return (crossFit.length > 0 ? (whole?.crossFitted ?? whole) : whole)?.open();
    },
    ...(queries && {
      classOf: queries.classOf,
      beside: { file: judged, work: async (opened) => writeJsonl(judged, await searchJudged(opened, queries)) },
    }),
  });
  // What the one encoder finds: for the warm-up where it is to show that, else where a truth says how much better it is.
  const warms = warmsUpUncrossed(config, name);
  const compared = warms ? wanted.train : wanted.train.filter(({ truth }) => truth !== undefined);
  const uncrossed =
    crossFit.length > 0 && compared.length > 0
      ? await searchNamed(session, data, {
          name,
          stage: uncrossedStage(name),
          settings: uncrossedSettings(config, name),
          file: join(run.root, 'retrieved', 'without-cross-fit', `${name}.jsonl`),
          wanted: { train: compared, test: [] },
          kept: warms ? keptHits(name, config) : 1,
          inputs,
          openEncoder: (encoder) => encoders.get(encoder)?.open(),
          ...(warms && queries && { classOf: queries.classOf }),
        })
      : undefined;
  const grades = [
    ...gradeByTruth(name, data, (id) => hits.get(id) ?? []),
    ...(queries ? gradeByLabels(name, await readJsonlAll<JudgedHit>(judged), queries) : []),
  ];
  const folds = crossFit.length > 0 ? config.retriever.crossFit : 1;
  const taught = trainingTraces(name, data, { wanted, hits, uncrossed, folds });
  return { hits, warming: (warms && uncrossed) || hits, grades, taught };
}

/** Problems whose prompts take this retriever's traces, and test problems that it can be graded on. */
function wantedOf(name: RetrieverName, { data, needed }: RetrievalPlan): Wanted {
  const sets = needed.get(name);
  return {
    train: sets?.has('train') === true ? data.train : [],
    test: sets?.has('test') === true ? data.test : data.test.filter(({ truth }) => truth !== undefined),
  };
}

/** The best of the judged traces for every labelled query of the test part. */
async function searchJudged(retriever: TraceRetriever, { test, judged }: LabelledQueries): Promise<JudgedHit[]> {
  const hits_Q = await retriever.search(
    test.map(({ query }) => query),
    { k: 1, onlyIds_Q: test.map(({ query }) => judged.get(query.id) ?? new Set()) },
  );
  return test.map(({ query }, i) => ({ problemId: query.id, traceId: hits_Q[i]?.[0]?.trace.id ?? null }));
}
