/** Writes the report of a run: report.html and report.md, from the files of its folder alone. */
import { RaRftError } from '../core/errors.js';
import { writeFileAtomic, writeJsonAtomic } from '../core/files.js';
import { takeLock } from '../core/run-lock.js';
import { runPaths } from '../runs/run-paths.js';
import { buildReport } from './build.js';
import { reportHtml } from './html.js';
import { reportMarkdown } from './markdown.js';
import { readRunData, readSummary, type RunData } from './run-data.js';
import { unfinishedText } from './run-state.js';

/**
 * Writes both files and returns their paths; of a run that has not ended, with what there is and how far it is (`unfinished`), also in
 * summary.json. Throws `run-folder` where there is no run.
 */
export async function writeReport(root: string): Promise<{ html: string; markdown: string; unfinished?: string }> {
  const data = await readRunData(root);
  const report = buildReport(data);
  const { reportHtml: html, reportMarkdown: markdown } = runPaths(root);
  await writeFileAtomic(html, reportHtml(report));
  await writeFileAtomic(markdown, reportMarkdown(report));
  if (!data.unfinished) return { html, markdown };
  await writeUnfinishedSummary(root, data);
  return { html, markdown, unfinished: unfinishedText(data.unfinished) };
}

/**
 * summary.json with `unfinished`: how far the run is. Not while the run is at work, which writes its own when it ends, nor where it has
 * ended since.
 */
async function writeUnfinishedSummary(root: string, { summary, unfinished, kept }: RunData): Promise<void> {
  const paths = runPaths(root);
  const lock = await takeLock(paths.lock).catch((error: unknown) => {
    if (error instanceof RaRftError && error.code === 'run-folder') return undefined;
    throw error;
  });
  if (!lock) return;
  try {
    if (JSON.stringify(await readSummary(root)) === JSON.stringify(kept))
      await writeJsonAtomic(paths.summary, { unfinished, ...summary });
  } finally {
    await lock.release();
  }
}
