/** Ground of everything: errors, seeded random streams, files, JSONL, hashes, workers, progress. */
export * from './errors.js';
export { errorCodes, errorDocsMarkdown, signalExitCodes, type ErrorCodeFacts } from './exit-codes.js';
export * from './files.js';
export { assertFinite, firstNotFinite, notFinite } from './finite.js';
export * from './hash.js';
export { hashFile } from './hash-file.js';
export * from './jsonl.js';
export { measureLines, readLines, type RawLine } from './lines.js';
export * from './progress.js';
export * from './rng.js';
export { takeLock, type Lock } from './run-lock.js';
export { terminalProgress, type ProgressStream, type TerminalProgressOptions } from './terminal-progress.js';
export { serveMethods, WorkerClient, type Methods, type Report, type WorkerOptions } from './worker-rpc.js';
