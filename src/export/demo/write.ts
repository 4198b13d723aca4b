/** Writes a demo of a run: the page, and beside it what the page reads. Any host of static files serves the folder. */
import { cp, readdir, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { generationOf, type Config } from '../../config/index.js';
import { builtFolder } from '../../core/built-folder.js';
import { RaRftError } from '../../core/errors.js';
import { writeFileAtomic, writeFolderAtomic } from '../../core/files.js';
import { exists } from '../../core/missing.js';
import { silent, type Progress } from '../../core/progress.js';
import { isAdapterFolder, mergeAdapterFolder } from '../../models/adapter/index.js';
import { TOKENIZER_FILES } from '../../models/checkpoint.js';
import { countParams } from '../../models/parameters.js';
import { readDecoderConfig } from '../../models/hf-config.js';
import { readPromptRun, type PromptRun } from '../../pipeline/index.js';
import { demoChoice, type DemoChoice } from './choice.js';
import { DemoModels } from './models.js';
import { numbersOf } from './numbers.js';
import { modelFolders, siteFile, siteFolder, type DemoSetup, type DemoSite } from './site.js';

export interface DemoOptions {
  /** Folder to write; what was written there before is replaced. */
  out: string;
  /** Folder of the built page; left out: the one that comes with the package. */
  page?: string;
  /** Arm whose policy answers; left out: see {@link demoChoice}. */
  arm?: string;
  /** Of ra-rft. */
  version: string;
  progress?: Progress;
}

export interface WrittenDemo extends Pick<DemoSite, 'arm' | 'step' | 'retriever'> {
  /** Bytes of all files. */
  bytes: number;
  /** What the page does otherwise than the run, a sentence each. */
  limits: string[];
}

/** Parameters that a browser's memory holds as float32, with room to compute. */
const MOST_PARAMETERS = 300e6;
/** Problems that can be picked; with each the page says what it answers. */
const MOST_PROBLEMS = 200;
/** Problems whose numbers the page computes again. */
const CHECKED_PROBLEMS = 3;

/**
 * Throws `run-folder` where the run has nothing to show yet, `usage` for an arm that it does not have, `model` where its policy is too large
 * for a browser, `io` where the page is missing or the folder holds files of others.
 */
export async function exportDemo(root: string, options: DemoOptions): Promise<WrittenDemo> {
  const { out, arm, version, progress = silent } = options;
  const run = await readPromptRun(root);
  const choice = await demoChoice(run, arm);
  const page = options.page ?? (await builtFolder('demo'));
  if (page === undefined) throw withoutPage();
  const { setup, limits } = setupOf(run);
  let bytes = 0;
  await writeFolderAtomic(out, async (folder) => {
    await cp(page, folder, { recursive: true });
    const target = join(folder, siteFolder);
    await copyModels(choice, target);
    const { config, data } = run;
    const site: DemoSite = {
      run: basename(resolve(root)),
      arm: choice.arm,
      step: choice.step,
      retriever: choice.retriever,
      version,
      setup,
      ...(config.data.source === 'world' && { world: config.data.world }),
      runtimes: runtimesIn(await sizesIn(page)),
      problems: data.test.slice(0, MOST_PROBLEMS),
      numbers: await withModels(target, setup, progress, (models) =>
        numbersOf(models, data.test.slice(0, CHECKED_PROBLEMS)),
      ),
      files: await sizesIn(target),
    };
    await writeFileAtomic(join(target, siteFile), JSON.stringify(site));
    bytes = Object.values(await sizesIn(folder)).reduce((sum, size) => sum + size, 0);
  });
  return { arm: choice.arm, step: choice.step, retriever: choice.retriever, bytes, limits };
}

/** Prompts, sampling and verdicts as the run's evaluations have them. */
function setupOf({ config, data }: PromptRun): { setup: DemoSetup; limits: string[] } {
  const { stop, ...sampling } = generationOf(config, 'eval');
  const { verifier, limits } = verifierOf(config);
  const setup: DemoSetup = { prompt: { ...config.prompt, stop }, sampling, verifier, traces: data.corpus };
  return { setup, limits };
}

function verifierOf({ reward, math }: Config): { verifier: DemoSetup['verifier']; limits: string[] } {
  if (reward === 'boxed') return { verifier: { kind: 'boxed' }, limits: [] };
  const { timeoutMs: _limit, ...options } = math;
  const limits = reward === 'math' ? [] : [`the run grades by ${reward}, the page as mathematics (math)`];
  return { verifier: { kind: 'math', options }, limits };
}

/** The files that open a policy and a retriever; an adapter is merged into its base. */
async function copyModels({ policy, retrieverFolder }: DemoChoice, target: string): Promise<void> {
  const policyTarget = join(target, modelFolders.policy);
  if (await isAdapterFolder(policy)) await mergeAdapterFolder(policy, policyTarget);
  else
    await copyFiles(policy, policyTarget, [
      ...TOKENIZER_FILES,
      'config.json',
      'generation_config.json',
      'model.safetensors',
    ]);
  const parameters = countParams(await readDecoderConfig(policyTarget));
  if (parameters > MOST_PARAMETERS)
    throw new RaRftError({
      code: 'model',
      message: `the policy has ${(parameters / 1e6).toFixed(0)} million parameters`,
      where: policy,
      expected: `at most ${MOST_PARAMETERS / 1e6} million, which a browser's memory holds`,
    });
  await cp(retrieverFolder, join(target, modelFolders.retriever), {
    recursive: true,
    filter: (file) => !basename(file).startsWith('.'),
  });
}

async function copyFiles(from: string, to: string, names: readonly string[]): Promise<void> {
  for (const name of names) if (await exists(join(from, name))) await cp(join(from, name), join(to, name));
}

async function withModels<T>(
  target: string,
  setup: DemoSetup,
  progress: Progress,
  work: (models: DemoModels) => Promise<T>,
): Promise<T> {
  const folders = { policy: join(target, modelFolders.policy), retriever: join(target, modelFolders.retriever) };
  const task = progress.task('demo', setup.traces.length, 'traces');
  const models = await DemoModels.open({
    folders,
    setup,
    threads: availableParallelism(),
    encoded: (traces) => task.update(traces),
  });
  try {
    return await work(models);
  } finally {
    task.end();
    await models.dispose();
  }
}

/** By the names that ONNX Runtime gives its files, before the hash that the build puts behind them. */
function runtimesIn(sizes: Readonly<Record<string, number>>): DemoSite['runtimes'] {
  const sizeOf = (name: RegExp) => Object.entries(sizes).find(([file]) => name.test(file))?.[1];
  const [wasm, webgpu] = [sizeOf(/simd-threaded-[^/]*\.wasm$/), sizeOf(/simd-threaded\.jspi-[^/]*\.wasm$/)];
  return { ...(wasm !== undefined && { wasm }), ...(webgpu !== undefined && { webgpu }) };
}

/** Bytes of the files in a folder by their paths, with forward slashes. */
async function sizesIn(folder: string): Promise<Record<string, number>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const sizes = paths.map(async (path) => {
    const name = path.slice(folder.length + 1).replaceAll('\\', '/');
    return [name, (await stat(path)).size] as const;
  });
  return Object.fromEntries((await Promise.all(sizes)).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function withoutPage(): RaRftError {
  return new RaRftError({
    code: 'io',
    message: 'the page of the demo is not built',
    where: 'dist/demo',
    expected: 'index.html and its files',
    hint: 'The package comes with it; in a checkout `npm run build:demo-page` builds it.',
  });
}
