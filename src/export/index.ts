/** Runs for other tools: prompts that other frameworks train on. */
export { exportPrompts, type Exported, type ExportOptions, type TrainingTarget } from './export.js';
export { rowFormats, type RowFormat } from './row-formats.js';
