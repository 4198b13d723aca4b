/** What a corpus is built from. */
import type { CorpusConfig } from '../config/index.js';
import type { Progress } from '../core/progress.js';
import type { LlmClient } from '../llm/index.js';
import type { Verifier } from '../verify/index.js';

export interface BuildOptions {
  /** Files of solved problems, JSONL or Parquet, read in this order. */
  inputs: readonly string[];
  /** Benchmark files to decontaminate against. */
  exclude: readonly string[];
  /** Training problems that the corpus will serve. */
  queries: readonly string[];
  /** Folder of the corpus. */
  out: string;
  config: CorpusConfig;
  seed: number;
  /** Stop at the first fault of the input. */
  strict: boolean;
  verifier: Verifier;
  /** Needed where the configuration asks for summaries or for typing by a model. */
  llm?: LlmClient;
  progress?: Progress;
}
