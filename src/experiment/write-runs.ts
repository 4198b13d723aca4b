/** Writes the report of several runs: report.html, report.md and comparison.json in a folder of its own. */
import { join } from 'node:path';
import { RaRftError } from '../core/errors.js';
import { writeFileAtomic, writeJsonAtomic } from '../core/files.js';
import { exists } from '../core/missing.js';
import { Rng } from '../core/rng.js';
import { reportHtml, reportMarkdown } from '../report/index.js';
import { runPaths } from '../runs/run-paths.js';
import { readGroups } from './run-groups.js';
import { runsReport } from './runs-report.js';
import { runsTogether, type RunsTogether } from './runs-together.js';

export interface RunsFiles {
  html: string;
  markdown: string;
  json: string;
}

/** Throws what {@link readGroups} throws, and `usage` where the folder is a run, whose own report stands there. */
export async function writeRunsReport(
  roots: readonly string[],
  out: string,
): Promise<{ files: RunsFiles; together: RunsTogether }> {
  if (await exists(runPaths(out).config)) {
    throw new RaRftError({
      code: 'usage',
      message: `${out} is a run, whose own report stands there`,
      where: '--out',
      expected: 'a folder of its own for the report of several runs',
    });
  }
  const groups = await readGroups(roots);
  const resamples = Math.max(...groups.map(({ runs }) => runs[0]!.data.config.eval.bootstrapSamples));
  const together = runsTogether(groups, { resamples, rng: Rng.fromSeed('runs') });
  const report = runsReport(together, groups);
  const files = {
    html: join(out, 'report.html'),
    markdown: join(out, 'report.md'),
    json: join(out, 'comparison.json'),
  };
  await writeFileAtomic(files.html, reportHtml(report));
  await writeFileAtomic(files.markdown, reportMarkdown(report));
  await writeJsonAtomic(files.json, together);
  return { files, together };
}
