/** Runs for other tools: prompts that other frameworks train on. */
export { exportDemo, type DemoOptions, type WrittenDemo } from './demo/write.js';
export { exportPrompts, type Exported, type ExportOptions, type TrainingTarget } from './export.js';
export { exportViewer, type Viewer, type ViewerExport, type ViewerOptions } from './viewers/write.js';
export { rowFormats, type RowFormat } from './row-formats.js';
