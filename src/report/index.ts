/** Reports: the tables of a run for the terminal, Markdown, and one self-contained HTML file. */
export { writeReport } from './write.js';
export {
  armsTable,
  differencesTable,
  formatSummaryTable,
  formatTable,
  headline,
  retrieversTable,
} from './summary-table.js';
export { retrievalTable } from './retrieval-table.js';
export { policyTable } from './policy-table.js';
export { policyTraceUseTable } from './trace-use.js';
export { buildReport } from './build.js';
export { readRunData, readSummary, type KeptSummary, type RunData } from './run-data.js';
export { keptConfig } from './kept-config.js';
export type { RunState } from './run-state.js';
export { reportHtml } from './html.js';
export { reportMarkdown } from './markdown.js';
export { chartSvg } from './chart-svg.js';
export type { Block, Chart, Example, Report, ReportTable, Section, Series } from './blocks.js';
