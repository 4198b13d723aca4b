/** `ra-rft report RUN [RUN...]`: the report of one run in its folder, of several, or of evaluations, in one of its own. */
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { RaRftError } from '../core/errors.js';
import {
  averagesTable,
  evaluationDifferencesTable,
  isEvaluation,
  writeEvaluationsReport,
  writeRunsReport,
  type RunsFiles,
} from '../experiment/index.js';
import { formatTable } from '../report/index.js';
import type { CliContext } from './context.js';
import { reportVerb } from './report.js';
import { runRoot, type RunOptions } from './run-options.js';

/** Throws `usage` for --out with a single run, whose report stands in its own folder, and for runs beside evaluations. */
export async function reportOfRuns(
  runs: readonly string[],
  options: RunOptions & { out?: string },
  context: CliContext,
): Promise<void> {
  const roots = runs.map((run) => folderOf(run, options.runs));
  const out = options.out ?? join('reports', defaultName(roots));
  if (await areEvaluations(roots)) return reportOfEvaluations(roots, out, context);
  if (roots.length > 1) {
    const { files, together } = await writeRunsReport(roots, out);
    for (const name of together.runs.flatMap(({ unfinished }) => unfinished))
      context.out(`${name} has not come to its end: arms that are not finished are in no table.`);
    context.out(filesText(files));
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

async function reportOfEvaluations(roots: readonly string[], out: string, context: CliContext): Promise<void> {
  const { files, together } = await writeEvaluationsReport(roots, out);
  context.out(`per cent [95 % interval]\n${formatTable(averagesTable(together))}`);
  if (together.differences.length > 0)
    context.out(`points [95 % interval]\n${formatTable(evaluationDifferencesTable(together))}`);
  context.out(filesText(files));
}

async function areEvaluations(roots: readonly string[]): Promise<boolean> {
  const are = await Promise.all(roots.map(isEvaluation));
  if (!are.includes(true) || !are.includes(false)) return are.includes(true);
  const run = roots[are.indexOf(false)]!;
  throw new RaRftError({
    code: 'usage',
    message: `${run} holds no evaluation, and ${roots[are.indexOf(true)]} does`,
    where: run,
    expected: 'runs alone, or folders that ra-rft eval --policy has written alone',
    hint: "To compare a policy of a run, evaluate it with --policy RUN/policy/ARM and the run's config.yaml.",
  });
}

function filesText({ html, markdown, json }: RunsFiles): string {
  return `report: ${html}\n        ${markdown}\n        ${json}`;
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
