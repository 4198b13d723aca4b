/** Writes the prompts of a run for another framework: a folder with rows, scripts, a reward function and a README. */
import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RaRftError } from '../core/errors.js';
import { writeFileAtomic, writeFolderAtomic, writeJsonAtomic } from '../core/files.js';
import { silent, type Progress } from '../core/progress.js';
import { writeJsonl } from '../data/index.js';
import { readPromptRun, shownPrompts, type PromptRun } from '../pipeline/index.js';
import { assetPath } from './asset-path.js';
import { chosenArms, type ChosenArm, type ExportChoice } from './chosen.js';
import { refuseFilled } from './filled.js';
import { readmeText, type WrittenFile } from './readme.js';
import { writeRows } from './row-file.js';
import type { RowFormat } from './row-formats.js';
import { exportRows, plainFormOf, type LeftOut, type RowTally } from './rows.js';
import { settingsOf, type ExportSettings } from './settings.js';
import type { ExportTarget } from './target.js';
import { trlTarget } from './trl.js';
import { verlTarget } from './verl.js';

export type TrainingTarget = ExportTarget['name'];

export interface ExportOptions extends ExportChoice {
  /** Folder to write; it must be new or empty. */
  out: string;
  format: RowFormat;
  progress?: Progress;
}

/** What was written. */
export interface Exported {
  files: { path: string; rows: number; withContext: number; longest: number }[];
  leftOut: LeftOut[];
  /** What of the run the export does not carry, a sentence each. */
  limits: string[];
}

/**
 * Exports arms or retrievers of the run in `root`. Throws `run-folder` where the run has no data or traces yet, `usage` for names that
 * it does not have, `io` where the folder holds anything, `data` where no prompt is left.
 */
export async function exportPrompts(
  root: string,
  name: TrainingTarget,
  { out, format, progress = silent, ...choice }: ExportOptions,
): Promise<Exported> {
  await refuseFilled(out);
  const run = await readPromptRun(root);
  const arms = await chosenArms(run, choice);
  const target = name === 'verl' ? verlTarget : trlTarget(plainFormOf(run).isText);
  let exported: Exported | undefined;
  await writeFolderAtomic(out, async (folder) => {
    exported = await fill(folder, run, { target, arms, format, progress });
  });
  return exported!;
}

interface Filling {
  target: ExportTarget;
  arms: readonly ChosenArm[];
  format: RowFormat;
  progress: Progress;
}

async function fill(folder: string, run: PromptRun, { target, arms, format, progress }: Filling): Promise<Exported> {
  const first = settingsOf(run, 0).settings;
  const files: WrittenFile[] = [];
  for (const arm of arms)
    files.push(...(await writeArm(folder, run, { target, arm, format, progress, settings: first })));
  const leftOut = files.flatMap(({ tally }) => tally.leftOut);
  refuseEmpty(run, files, leftOut);
  const { settings, limits: shared } = settingsOf(run, Math.max(...files.map(({ tally }) => tally.longest)));
  const { recipes } = run.config;
  const scripts = target.scripts(arms, settings, { recipes, extension: format });
  for (const [path, text] of Object.entries(scripts.files)) await writeFileAtomic(join(folder, path), text);
  await writeJsonAtomic(join(folder, 'settings.json'), { ...settings, ...scripts.more });
  for (const asset of target.assets) await copyFile(assetPath(asset), join(folder, asset));
  if (leftOut.length > 0) await writeJsonl(join(folder, 'left-out.jsonl'), leftOut);
  const own = arms.flatMap(({ name, limits }) => limits.map((limit) => `${name}: ${limit}`));
  const limits = [...new Set([...own, ...scripts.limits, ...shared])];
  const facts = { target: target.name, settings, format, files, limits, leftOut: leftOut.length };
  await writeFileAtomic(join(folder, 'README.md'), readmeText(facts));
  return {
    files: files.map(({ path, tally: { rows, withContext, longest } }) => ({ path, rows, withContext, longest })),
    leftOut,
    limits,
  };
}

async function writeArm(
  folder: string,
  run: PromptRun,
  { target, arm, format, progress, settings }: Omit<Filling, 'arms'> & { arm: ChosenArm; settings: ExportSettings },
): Promise<WrittenFile[]> {
  const shown = await shownPrompts(run, arm.contexts, arm.sets);
  await mkdir(join(folder, arm.folder), { recursive: true });
  const files: WrittenFile[] = [];
  for (const set of arm.sets) {
    const tally: RowTally = { rows: 0, withContext: 0, longest: 0, leftOut: [] };
    const path = `${arm.folder}/${set}.${format}`;
    const task = progress.task(`export (${arm.name}, ${set})`, shown[set].length, 'prompts');
    async function* rows() {
      for (const row of exportRows(run, { arm: arm.name, set, shown: shown[set] }, tally)) {
        yield target.row(row, settings, arm);
        task.update(tally.rows);
      }
    }
    await writeRows(join(folder, path), format, target.shape, rows());
    task.end();
    files.push({ arm, path, tally });
  }
  return files;
}

/** A file without a prompt would train or measure nothing. */
function refuseEmpty(run: PromptRun, files: readonly WrittenFile[], leftOut: readonly LeftOut[]): void {
  const empty = files.find(({ tally }) => tally.rows === 0);
  if (!empty) return;
  const [first] = leftOut;
  throw new RaRftError({
    code: 'data',
    message: `no prompt of ${empty.path} can be exported`,
    where: first ? `${dirname(empty.path)}: problem ${first.problemId}` : run.root,
    expected: 'prompts that are the same tokens elsewhere',
    ...(first && { hint: `The first: ${first.reason}.` }),
  });
}
