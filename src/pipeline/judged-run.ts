/** A run folder whose pairs are judged, read back for audits and statistics: labels, texts, BM25 ranks. */
import { existsSync } from 'node:fs';
import { RaRftError } from '../core/errors.js';
import { readJsonlAll } from '../core/jsonl.js';
import { silent, type Progress } from '../core/progress.js';
import { runPaths } from '../core/run-paths.js';
import { leakGuard, type Problem, type Trace } from '../data/index.js';
import { pairKey, readLabels, type Label, type PairFacts } from '../judge/index.js';
import { Bm25Retriever } from '../retriever/index.js';

export interface JudgedRun {
  labels: Label[];
  problems: Problem[];
  corpus: Trace[];
}

/** Reads labels, training problems and corpus. Throws `run-folder` where the run has none. */
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
  return {
    labels: await readLabels(paths.labels),
    problems: await readJsonlAll<Problem>(problemsFile),
    corpus: await readJsonlAll<Trace>(paths.corpus),
  };
}

/** Type, length and BM25 rank of every judged pair; the rank is that among the traces the query may be shown. */
export async function pairFacts(run: JudgedRun, progress: Progress = silent): Promise<Map<string, PairFacts>> {
  const problems = new Map(run.problems.map((problem) => [problem.id, problem]));
  const traces = new Map(run.corpus.map((trace) => [trace.id, trace]));
  const judged = new Map<string, Label[]>();
  for (const label of run.labels) judged.set(label.problemId, [...(judged.get(label.problemId) ?? []), label]);
  const bm25 = new Bm25Retriever(run.corpus);
  const exclude = leakGuard(run.problems);
  const facts = new Map<string, PairFacts>();
  const task = progress.task('ranking by BM25', judged.size, 'queries');
  let done = 0;
  for (const [id, labels] of judged) {
    const problem = problems.get(id);
    const [hits = []] = problem ? await bm25.search([problem], { k: run.corpus.length, exclude }) : [];
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
