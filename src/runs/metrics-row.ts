/** The rows of metrics.jsonl. A type alone, for browsers too. */

/** A row of metrics.jsonl: numbers of one step of one arm (or of `warmup`, `retriever`). Same seed, same bytes. */
export interface MetricsRow {
  arm: string;
  step: number;
  [metric: string]: number | string | boolean | null | undefined;
}
