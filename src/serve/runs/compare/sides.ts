/** The two arms that are compared, each with one evaluation of its run: read, and of the same test problems. */
import { readFile } from 'node:fs/promises';
import { RaRftError } from '../../../core/errors.js';
import { readJsonlSoFar } from '../../../core/jsonl.js';
import type { Problem } from '../../../data/index.js';
import type { EvalRecord, Summary } from '../../../eval/index.js';
import { refuseOtherProblems } from '../../../experiment/index.js';
import { keptConfig } from '../../../report/index.js';
import { runPaths } from '../../../runs/index.js';
import { runFolder } from '../find-runs.js';
import { testProblems } from '../run-texts.js';
import { toldSummary } from '../told-summary.js';
import { filesOfArm, type StepFile } from '../rollouts/step-files.js';
import type { ComparedSide } from './schemas.js';

export interface Side extends ComparedSide {
  root: string;
  file: StepFile;
  config: ReturnType<typeof keptConfig>;
  test: readonly Problem[];
  records: readonly EvalRecord[];
}

export interface AskedSides {
  a: string;
  b: string;
  stepA?: number | undefined;
  stepB?: number | undefined;
}

/** Throws `usage` where there is no such run, arm or evaluation, `data` where two runs were tested on other problems. */
export async function readSides(folder: string, { a, b, stepA, stepB }: AskedSides): Promise<{ a: Side; b: Side }> {
  const sides = { a: await readSide(folder, a, stepA), b: await readSide(folder, b, stepB) };
  if (sides.a.root !== sides.b.root) {
    const tested = ({ run: name, root, test }: Side) => ({ name, root, test });
    refuseOtherProblems(tested(sides.a), tested(sides.b));
  }
  return sides;
}

async function readSide(folder: string, name: string, asked: number | undefined): Promise<Side> {
  const at = name.lastIndexOf(':');
  const [run, arm] = [name.slice(0, at), name.slice(at + 1)];
  const root = await runFolder(folder, run);
  const files = (await filesOfArm(root, arm)).filter(({ kind }) => kind === 'evaluation');
  const file = asked === undefined ? files.at(-1) : files.find(({ step }) => step === asked);
  if (!file) throw noEvaluation(name, asked, files);
  return {
    run,
    arm,
    step: file.step,
    steps: files.map(({ step }) => step),
    root,
    file,
    config: keptConfig(await readFile(runPaths(root).config, 'utf8')),
    test: await testProblems(root),
    records: await readJsonlSoFar<EvalRecord>(file.path),
  };
}

/** The differences a - b that the report of a run tells; none of two runs, of other steps or of other arms. */
export async function toldDifferences({ a, b }: { a: Side; b: Side }): Promise<Summary['differences']> {
  if (a.root !== b.root) return [];
  const summary = await toldSummary(a.root, a.config, [a.step, b.step]);
  return (summary?.differences ?? []).flatMap((row) => {
    if (row.a === a.arm && row.b === b.arm) return [row];
    if (row.a !== b.arm || row.b !== a.arm) return [];
    const [low, high] = row.ci95;
    return [{ ...row, a: row.b, b: row.a, mean: -row.mean, ci95: [-high, -low] }];
  });
}

function noEvaluation(name: string, asked: number | undefined, files: readonly StepFile[]): RaRftError {
  return new RaRftError({
    code: 'usage',
    message: asked === undefined ? `${name} has no evaluation yet` : `${name} was not evaluated at step ${asked}`,
    where: name,
    expected: files.length === 0 ? 'an arm that was evaluated' : `step ${files.map(({ step }) => step).join(', ')}`,
  });
}
