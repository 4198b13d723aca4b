/** Writes the report of several runs, or of several evaluations: report.html, report.md and comparison.json in a folder of its own. */
import { join } from 'node:path';
import { RaRftError } from '../core/errors.js';
import { writeFileAtomic, writeJsonAtomic } from '../core/files.js';
import { exists } from '../core/missing.js';
import { Rng } from '../core/rng.js';
import { reportHtml, reportMarkdown, type Report } from '../report/index.js';
import { runPaths } from '../runs/run-paths.js';
import { isEvaluation, readEvaluations } from './evaluations.js';
import { evaluationsReport } from './evaluations-report.js';
import { evaluationsTogether, type EvaluationsTogether } from './evaluations-together.js';
import { readGroups } from './run-groups.js';
import { runsReport } from './runs-report.js';
import { runsTogether, type RunsTogether } from './runs-together.js';

export interface RunsFiles {
  html: string;
  markdown: string;
  json: string;
}

/** Resamples behind the intervals of evaluations, whose settings do not say how many. */
const RESAMPLES = 2000;

/** Throws what {@link readGroups} throws, and `usage` where the folder is a run, whose own report stands there. */
export async function writeRunsReport(
  roots: readonly string[],
  out: string,
): Promise<{ files: RunsFiles; together: RunsTogether }> {
  await refuseTaken(out);
  const groups = await readGroups(roots);
  const resamples = Math.max(...groups.map(({ runs }) => runs[0]!.data.config.eval.bootstrapSamples));
  const together = runsTogether(groups, { resamples, rng: Rng.fromSeed('runs') });
  return { files: await writeFiles(out, runsReport(together, groups), together), together };
}

/** Throws what {@link readEvaluations} throws, and `usage` where the folder is a run or an evaluation. */
export async function writeEvaluationsReport(
  roots: readonly string[],
  out: string,
): Promise<{ files: RunsFiles; together: EvaluationsTogether }> {
  await refuseTaken(out);
  const evaluations = await readEvaluations(roots);
  const together = evaluationsTogether(evaluations, { resamples: RESAMPLES, rng: Rng.fromSeed('evaluations') });
  return { files: await writeFiles(out, evaluationsReport(together), together), together };
}

async function refuseTaken(out: string): Promise<void> {
  const taken = (await exists(runPaths(out).config))
    ? 'a run'
    : (await isEvaluation(out))
      ? 'an evaluation'
      : undefined;
  if (taken === undefined) return;
  throw new RaRftError({
    code: 'usage',
    message: `${out} is ${taken}, and has files of its own`,
    where: '--out',
    expected: 'a folder of its own for the report of several',
  });
}

async function writeFiles(out: string, report: Report, together: object): Promise<RunsFiles> {
  const files = {
    html: join(out, 'report.html'),
    markdown: join(out, 'report.md'),
    json: join(out, 'comparison.json'),
  };
  await writeFileAtomic(files.html, reportHtml(report));
  await writeFileAtomic(files.markdown, reportMarkdown(report));
  await writeJsonAtomic(files.json, together);
  return files;
}
