/** A run's folder: its configuration, lock, stage markers, logs and paths, and the words of its reports. */
export { terms, type Term } from './glossary.js';
export type { MetricsRow } from './metrics-row.js';
export * from './run-folder.js';
export { readProgress, type TaskProgress } from './progress-file.js';
export { runPaths, type RunPaths } from './run-paths.js';
export { warn, warningsAmong, warningText, type RunWarning } from './warnings.js';
