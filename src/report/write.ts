/** Writes the report of a run: report.html and report.md, from the files of its folder alone. */
import { writeFileAtomic } from '../core/files.js';
import { runPaths } from '../core/run-paths.js';
import { buildReport } from './build.js';
import { reportHtml } from './html.js';
import { reportMarkdown } from './markdown.js';
import { readRunData } from './run-data.js';

/** Writes both files and returns their paths. Throws `run-folder` where the run has no summary yet. */
export async function writeReport(root: string): Promise<{ html: string; markdown: string }> {
  const report = buildReport(await readRunData(root));
  const { reportHtml: html, reportMarkdown: markdown } = runPaths(root);
  await writeFileAtomic(html, reportHtml(report));
  await writeFileAtomic(markdown, reportMarkdown(report));
  return { html, markdown };
}
