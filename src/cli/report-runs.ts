/** `ra-rft report RUN [RUN...]`: the report of one run in its folder, of several in one of its own. */
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { RaRftError } from '../core/errors.js';
import { writeRunsReport } from '../experiment/index.js';
import type { CliContext } from './context.js';
import { reportVerb } from './report.js';
import { runRoot, type RunOptions } from './run-options.js';

/** Throws `usage` for --out with a single run, whose report stands in its own folder. */
export async function reportOfRuns(
  runs: readonly string[],
  options: RunOptions & { out?: string },
  context: CliContext,
): Promise<void> {
  const roots = runs.map((run) => folderOf(run, options.runs));
  if (roots.length > 1) {
    const out = options.out ?? join('reports', defaultName(roots));
    const { files, together } = await writeRunsReport(roots, out);
    for (const name of together.runs.flatMap(({ unfinished }) => unfinished))
      context.out(`${name} has not come to its end: arms that are not finished are in no table.`);
    context.out(`report: ${files.html}\n        ${files.markdown}\n        ${files.json}`);
    return;
  }
  if (options.out !== undefined) {
    throw new RaRftError({
      code: 'usage',
      message: '--out is for the report of several runs',
      where: '--out',
      expected: 'two runs or more; the report of one stands in its folder',
    });
  }
  await reportVerb(roots[0] ?? runRoot(options), context);
}

/** A folder as it is given, or the run of that name. */
function folderOf(run: string, runs: string): string {
  const isRun = (root: string) => existsSync(join(root, 'config.yaml'));
  return !isRun(run) && isRun(join(runs, run)) ? join(runs, run) : run;
}

function defaultName(roots: readonly string[]): string {
  const names = roots.map((root) => basename(resolve(root)));
  return names.length <= 3 ? names.join('+') : `${names[0]}+${names.length - 1}-more`;
}
