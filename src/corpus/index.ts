/** Corpora of reasoning traces: read, screened, summarised, verified, typed, decontaminated, stored. */
export { buildCorpus, discardCorpus, readSummary } from './build.js';
export type { BuildOptions } from './build-options.js';
export { inspectCorpus, summaryLines } from './inspect.js';
export { corpusPaths } from './paths.js';
export type { CorpusSummary, Lengths, QuerySummary } from './summary.js';
export { inputFaults, rejectReasons, type Rejected, type RejectReason } from './types.js';
