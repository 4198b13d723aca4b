/** Ground of everything: errors, seeded random streams, files, JSONL, hashes, workers, progress, run folders. */
export * from './errors.js';
export { errorCodes, errorDocsMarkdown, signalExitCodes, type ErrorCodeFacts } from './exit-codes.js';
export * from './files.js';
export { assertFinite, firstNotFinite, notFinite } from './finite.js';
export { terms, type Term } from './glossary.js';
export * from './hash.js';
export { hashFile } from './hash-file.js';
export * from './jsonl.js';
export { measureLines, readLines, type RawLine } from './lines.js';
export * from './progress.js';
export * from './rng.js';
export * from './run-folder.js';
export { takeLock, type Lock } from './run-lock.js';
export { runPaths, type RunPaths } from './run-paths.js';
export { terminalProgress, type ProgressStream, type TerminalProgressOptions } from './terminal-progress.js';
export { warn, warningsAmong, warningText, type RunWarning } from './warnings.js';
export { serveMethods, WorkerClient, type Methods, type Report } from './worker-rpc.js';
