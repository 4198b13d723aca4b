/** Writes the report of a run: report.html and report.md, from the files of its folder alone. */
import { writeFileAtomic } from '../core/files.js';
import { runPaths } from '../runs/run-paths.js';
import { buildReport } from './build.js';
import { reportHtml } from './html.js';
import { reportMarkdown } from './markdown.js';
import { readRunData } from './run-data.js';
import { unfinishedText } from './unfinished.js';

/**
 * Writes both files and returns their paths; of a run that has not ended, with what there is and how far it is (`unfinished`).
 * Throws `run-folder` where there is no run.
 */
export async function writeReport(root: string): Promise<{ html: string; markdown: string; unfinished?: string }> {
  const data = await readRunData(root);
  const report = buildReport(data);
  const { reportHtml: html, reportMarkdown: markdown } = runPaths(root);
  await writeFileAtomic(html, reportHtml(report));
  await writeFileAtomic(markdown, reportMarkdown(report));
  return { html, markdown, ...(data.unfinished && { unfinished: unfinishedText(data.unfinished) }) };
}
