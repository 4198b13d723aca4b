/** The end of a run: its table on the terminal, its report in the folder. */
import type { Summary } from '../eval/index.js';
import { formatSummaryTable, writeReport } from '../report/index.js';
import type { CliContext } from './context.js';

/** Writes report.html and report.md of what a run has so far. */
export async function reportVerb(root: string, context: CliContext): Promise<void> {
  const { html, markdown, unfinished } = await writeReport(root);
  if (unfinished !== undefined) context.out(unfinished);
  context.out(`report: ${html}\n        ${markdown}`);
}

/** Tables of arms, differences and retrievers, and the seconds of each stage. */
export function summaryText(summary: Summary): string {
  const stages = Object.entries(summary.seconds).map(([stage, seconds]) => `${stage} ${seconds.toFixed(1)}`);
  return `\n${formatSummaryTable(summary)}\n\nseconds a stage\n  ${stages.join(', ')}\n`;
}
