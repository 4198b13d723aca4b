/** A retriever that was trained as a library, beside BM25, on the labelled questions that it kept for its grade. */
import { join } from 'node:path';
import { RaRftError } from '../../core/errors.js';
import { Rng } from '../../core/rng.js';
import { RANKS, retrievalScore, type RetrievalScore } from '../../eval/index.js';
import { asTrace, Bm25Retriever, gradeRanking, readTraces, Retriever } from '../../retriever/index.js';
import { DEPTH } from './grade-run.js';

/** Throws `usage` where the folder keeps no such questions. */
export async function gradeSaved(
  folder: string,
  { resamples }: { resamples: number },
): Promise<{ name: string; score: RetrievalScore }[]> {
  const retriever = await Retriever.open(folder);
  try {
    const { test = [] } = retriever.report ?? {};
    if (test.length === 0) {
      throw new RaRftError({
        code: 'usage',
        message: `${folder} keeps no labelled questions to grade it on`,
        where: folder,
        expected: 'a run folder, or a folder of ra-rft retriever train whose labels left some for testShare',
        hint: 'With --beir a retriever is graded on a collection.',
      });
    }
    const traces = (await readTraces(join(folder, 'traces.jsonl'))).map(asTrace);
    const queries = test.map(({ question, attempt }, i) => ({ id: String(i), question, attempt }));
    const positives = test.map(({ traceIds }) => new Set(traceIds));
    const found_Q = await retriever.search(test, { k: DEPTH });
    const own = found_Q.map((found) => found.map(({ trace, score, rank }) => ({ trace: asTrace(trace), score, rank })));
    const lexical = await new Bm25Retriever(traces).search(queries, { k: DEPTH });
    return (
      [
        ['bm25', lexical],
        [folder, own],
      ] as const
    ).flatMap(([name, hits_Q]) => {
      const relevance = ({ id }: { id: string }, trace: { id: string }) =>
        positives[Number(id)]!.has(trace.id) ? 1 : 0;
      const graded = gradeRanking(queries, hits_Q, relevance, { ks: RANKS, candidates: () => traces });
      const score = retrievalScore(graded, { resamples, rng: Rng.fromSeed('saved') });
      return score ? [{ name, score }] : [];
    });
  } finally {
    await retriever.dispose();
  }
}
