/** The two arms that are compared, each with one evaluation of its run: read, and of the same test problems. */
import { readFile } from 'node:fs/promises';
import { RaRftError } from '../../../core/errors.js';
import { readJsonlAll, readJsonlSoFar } from '../../../core/jsonl.js';
import { exists } from '../../../core/missing.js';
import type { Problem } from '../../../data/index.js';
import type { EvalRecord } from '../../../eval/index.js';
import { refuseOtherProblems } from '../../../experiment/index.js';
import { keptConfig } from '../../../report/index.js';
import { runPaths } from '../../../runs/index.js';
import { runFolder } from '../find-runs.js';
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
  const paths = runPaths(root);
  const test = paths.problems('test');
  return {
    run,
    arm,
    step: file.step,
    steps: files.map(({ step }) => step),
    root,
    file,
    config: keptConfig(await readFile(paths.config, 'utf8')),
    test: (await exists(test)) ? await readJsonlAll<Problem>(test) : [],
    records: await readJsonlSoFar<EvalRecord>(file.path),
  };
}

function noEvaluation(name: string, asked: number | undefined, files: readonly StepFile[]): RaRftError {
  return new RaRftError({
    code: 'usage',
    message: asked === undefined ? `${name} has no evaluation yet` : `${name} was not evaluated at step ${asked}`,
    where: name,
    expected: files.length === 0 ? 'an arm that was evaluated' : `step ${files.map(({ step }) => step).join(', ')}`,
  });
}
