/** The files of steps in a run folder, by arm and key: what a request names is looked for among them, and never makes a path. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RaRftError } from '../../../core/errors.js';
import { ignoreMissing } from '../../../core/missing.js';
import { nearestName } from '../../../config/index.js';
import { keptConfig } from '../../../report/index.js';
import { runPaths } from '../../../runs/index.js';
import type { StepKind, StepList } from './schemas.js';

export interface StepFile {
  arm: string;
  /** `20`, `eval-20`, `greedy-20`, `contexts-20`. */
  key: string;
  kind: StepKind;
  step: number;
  path: string;
  bytes: number;
}

/** Where each kind lies, the form of its file names, and how its keys begin; in the order in which they are shown. */
const KINDS: readonly { kind: StepKind; folder: string; form: RegExp; prefix: string }[] = [
  { kind: 'training', folder: 'rollouts', form: /^(\d+)\.jsonl$/, prefix: '' },
  { kind: 'evaluation', folder: 'eval', form: /^(\d+)\.jsonl$/, prefix: 'eval-' },
  { kind: 'greedy', folder: 'eval', form: /^greedy-(\d+)\.jsonl$/, prefix: 'greedy-' },
  { kind: 'contexts', folder: 'eval', form: /^contexts-(\d+)\.jsonl$/, prefix: 'contexts-' },
];

/** All files of steps: arms in the order of the configuration, then others; of each its training, then its evaluations. */
export async function stepFiles(root: string): Promise<StepFile[]> {
  const own = keptConfig(await readFile(runPaths(root).config, 'utf8')).arms.map(({ name }) => name);
  const there = await Promise.all([namesIn(join(root, 'rollouts')), namesIn(join(root, 'eval'))]);
  const arms = [...new Set([...own, ...there.flat().toSorted()])].filter((arm) => there.flat().includes(arm));
  const files = await Promise.all(arms.flatMap((arm) => KINDS.map((one) => filesOf(root, arm, one))));
  return files.flat();
}

/** One of them. Throws `usage` where there is none of these names. */
export async function stepFile(root: string, arm: string, key: string): Promise<StepFile> {
  const files = await filesOfArm(root, arm);
  const found = files.find((file) => file.key === key);
  if (found) return found;
  throw unknown(
    'step',
    key,
    files.map((file) => file.key),
  );
}

/** Those of an arm. Throws `usage` where it has none. */
export async function filesOfArm(root: string, arm: string): Promise<StepFile[]> {
  const files = await stepFiles(root);
  const own = files.filter((file) => file.arm === arm);
  if (own.length > 0) return own;
  throw unknown('arm', arm, [...new Set(files.map((file) => file.arm))]);
}

export function listSteps(files: readonly StepFile[]): StepList {
  const arms = [...new Set(files.map(({ arm }) => arm))];
  return {
    arms: arms.map((arm) => ({
      arm,
      steps: files.filter((file) => file.arm === arm).map(({ key, kind, step, bytes }) => ({ key, kind, step, bytes })),
    })),
  };
}

async function filesOf(root: string, arm: string, { kind, folder, form, prefix }: (typeof KINDS)[number]) {
  const files: StepFile[] = [];
  for (const name of await namesIn(join(root, folder, arm))) {
    const digits = form.exec(name)?.[1];
    if (digits === undefined) continue;
    const [path, step] = [join(root, folder, arm, name), Number(digits)];
    files.push({ arm, key: `${prefix}${step}`, kind, step, path, bytes: (await stat(path)).size });
  }
  return files.toSorted((a, b) => a.step - b.step);
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(ignoreMissing)) ?? [];
}

function unknown(what: 'arm' | 'step', asked: string, names: readonly string[]): RaRftError {
  const nearest = nearestName(asked, names);
  return new RaRftError({
    code: 'usage',
    message: `there is no ${what} ${JSON.stringify(asked.slice(0, 100))} with rollouts or evaluations`,
    where: what,
    expected: names.length === 0 ? 'a run that has sampled' : `one of GET /v1/runs/RUN/steps`,
    ...(nearest !== undefined && { hint: `Did you mean ${nearest}?` }),
  });
}
