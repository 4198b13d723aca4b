/** Retrievers side by side, in per cent with 95 % intervals. */
import type { Estimate, RetrievalScore } from '../eval/index.js';
import type { ReportTable } from './blocks.js';
import { percentWithInterval } from './numbers.js';

/** A row for each retriever. */
export function retrievalTable(rows: readonly { name: string; score: RetrievalScore }[]): ReportTable {
  const cell = ({ mean, ci95 }: Estimate) => percentWithInterval(mean, ci95);
  const labels = ['queries', 'recall@1', 'recall@5', 'recall@10', 'MRR', 'nDCG@10'];
  return {
    columns: [{ label: 'retriever' }, ...labels.map((label) => ({ label, numeric: true }))],
    rows: rows.map(({ name, score }) => [
      name,
      String(score.queries),
      ...[score.recallAt1, score.recallAt5, score.recallAt10, score.mrr, score.ndcgAt10].map(cell),
    ]),
  };
}
