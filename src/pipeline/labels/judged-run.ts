/** A run folder whose pairs are judged, read back for audits and statistics: labels, texts, BM25 ranks. */
import { existsSync } from 'node:fs';
import { resolveConfig } from '../../config/index.js';
import { RaRftError } from '../../core/errors.js';
import { readJsonlAll } from '../../core/jsonl.js';
import { silent, type Progress } from '../../core/progress.js';
import { runPaths } from '../../runs/run-paths.js';
import { readExcludeLists, TraceGuard, type Problem, type Trace } from '../../data/index.js';
import { pairKey, readLabels, type Label, type PairFacts } from '../../judge/index.js';
import { anyBm25OptionsOf, Bm25Retriever, type Bm25Options, searchAllowed } from '../../retriever/index.js';
import { usableLabels } from './usable-labels.js';

export interface JudgedRun {
  /** Those of pairs that may meet in training. */
  labels: Label[];
  /** Labels of pairs that may not, or of problems and traces that are not there, by reason. */
  leftOut: ReadonlyMap<string, number>;
  problems: Problem[];
  corpus: Trace[];
  /** Which pairs may meet, by the rules that the labels were made under. */
  guard: TraceGuard;
  /** BM25 as it is configured in this run. */
  bm25: Bm25Options;
}

/** Reads labels, training problems, corpus and exclude lists. Throws `run-folder` where the run has no labels. */
export async function readJudgedRun(root: string): Promise<JudgedRun> {
  const paths = runPaths(root);
  const problemsFile = paths.problems('train');
  for (const file of [paths.labels, problemsFile, paths.corpus]) {
    if (existsSync(file)) continue;
    throw new RaRftError({
      code: 'run-folder',
      message: 'the run has no labels yet',
      where: file,
      expected: 'a run folder with labels.jsonl, data/train.jsonl and data/corpus.jsonl',
      hint: '`ra-rft judge run` makes them.',
    });
  }
  const config = resolveConfig(existsSync(paths.config) ? { file: paths.config } : {});
  const lists = existsSync(paths.excludeLists) ? await readExcludeLists(paths.excludeLists) : new Map();
  const problems = await readJsonlAll<Problem>(problemsFile);
  const corpus = await readJsonlAll<Trace>(paths.corpus);
  const guard = new TraceGuard(problems, { sameAnswer: config.labels.excludeSameAnswer, lists });
  const { labels, leftOut } = usableLabels(await readLabels(paths.labels), { problems, traces: corpus, guard });
  return { labels, leftOut, problems, corpus, guard, bm25: anyBm25OptionsOf(config) };
}

/**
 * Type, length and BM25 rank of every judged pair. The rank is that of BM25 as this run is configured, among the traces that
 * training may show with the problem: the candidates of its labels and prompts.
 */
export async function pairFacts(run: JudgedRun, progress: Progress = silent): Promise<Map<string, PairFacts>> {
  const problems = new Map(run.problems.map((problem) => [problem.id, problem]));
  const traces = new Map(run.corpus.map((trace) => [trace.id, trace]));
  const judged = new Map<string, Label[]>();
  for (const label of run.labels) judged.set(label.problemId, [...(judged.get(label.problemId) ?? []), label]);
  const bm25 = new Bm25Retriever(run.corpus, run.bm25);
  const facts = new Map<string, PairFacts>();
  const task = progress.task('ranking by BM25', judged.size, 'queries');
  let done = 0;
  for (const [id, labels] of judged) {
    const problem = problems.get(id);
    const [hits = []] = problem
      ? await searchAllowed(bm25, [problem], run.corpus.length, run.guard.mayTeach.bind(run.guard))
      : [];
    const ranks = new Map(hits.map(({ trace, rank }) => [trace.id, rank]));
    for (const label of labels) {
      const traceChars = traces.get(label.traceId)?.trace.length ?? 0;
      facts.set(pairKey(label), { type: problem?.type, bm25Rank: ranks.get(label.traceId), traceChars });
    }
    task.update(++done);
  }
  task.end();
  return facts;
}
