/** Stage "data": training problems, test problems and corpus as JSONL in the run folder, from the world or from the user's files. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Config } from '../../config/index.js';
import { hashFile } from '../../core/hash-file.js';
import { hashJson } from '../../core/hash.js';
import { readJsonlAll } from '../../core/jsonl.js';
import { configDifferences, differencesText, wouldRunAgain, type RunRecords } from '../../runs/run-folder.js';
import type { RunPaths } from '../../runs/run-paths.js';
import { warn } from '../../runs/warnings.js';
import { dataFiles, excludeListLines, writeJsonl } from '../../data/index.js';
import { promptWording } from '../fingerprint.js';
import { withoutOverlong } from '../prompts/overlong.js';
import type { Session } from '../session.js';
import { type DataSets } from './data-sets.js';
import { makeData, refuseEmpty, type Made } from './make-data.js';
import { readDataSets } from './read-data.js';
import { dataSettings } from '../stage-settings.js';

/** The part of a session that this stage uses. */
type DataSession = Pick<Session, 'config' | 'run' | 'verifier' | 'rng' | 'progress' | 'lengths' | 'modelHash'> &
  Partial<Pick<Session, 'again'>>;

/** Makes the data sets, or reads them where the stage is done. */
export async function prepareData(session: DataSession): Promise<DataSets> {
  const { config, run, verifier, rng, progress } = session;
  const { data } = config;
  const skipping = config.prompt.overlong === 'skip';
  const inputs = await dataInputs(session);
  const work = async () => {
    const all = await makeData(config, verifier, rng);
    const made = skipping ? withoutOverlong(all, session.lengths) : all;
    refuseEmpty(made, data);
    await refuseOtherData(session, made);
    for (const warning of made.warnings) await warn(run, progress, warning);
    await writeJsonl(run.paths.problems('train'), made.train);
    await writeJsonl(run.paths.problems('test'), made.test);
    await writeJsonl(run.paths.corpus, made.corpus);
    await writeJsonl(run.paths.excludeLists, excludeListLines(made.excludeLists));
    const { train, test, corpus, skipped, excludeLists } = made;
    if (data.mostWordsInCommon < 1) progress.line(apartText(excludeLists, data.mostWordsInCommon));
    const tooLong = skipped.filter(({ kind }) => kind !== undefined).length;
    const sizes = { train: train.length, test: test.length, corpus: corpus.length };
    await run.event('data', { ...sizes, skipped: skipped.length, tooLong });
    await rm(run.paths.leftOut, { force: true });
    if (skipped.length > 0) {
      await writeJsonl(run.paths.leftOut, skipped);
      for (const text of leftOutText(skipped, run.paths.leftOut)) progress.line(text);
    }
  };
  await run.stage('data', inputs, work, filesOf(run.paths));
  return readDataSets(run.paths);
}

/** All that the data is made from. */
async function dataInputs({ config, lengths, modelHash }: Pick<DataSession, 'config' | 'lengths' | 'modelHash'>) {
  const { prompt } = config;
  return {
    settings: dataSettings(config),
    files: await userFiles(config.data),
    // What is too long depends on wording, tokenizer and limits.
    ...(prompt.overlong === 'skip' && {
      overlong: { wording: promptWording(prompt), limits: lengths.limits, model: modelHash },
    }),
  };
}

function filesOf(paths: RunPaths): string[] {
  return [paths.problems('train'), paths.problems('test'), paths.corpus, paths.excludeLists];
}

function apartText(lists: Made['excludeLists'], most: number): string {
  const pairs = [...lists.values()].reduce((sum, { size }) => sum + size, 0);
  return `data: ${pairs} pairs of a problem and a trace never meet: more than ${100 * most} % of their words in common, or listed`;
}

/** Lines left out that are shown; all stand in the file. */
const shownLines = 5;

function leftOutText(skipped: Made['skipped'], path: string): string[] {
  const shown = skipped.slice(0, shownLines).map(({ where, message }) => `  ${where}: ${message}`);
  const rest = skipped.length > shownLines ? [`  and ${skipped.length - shownLines} more in ${path}`] : [];
  const tooLong = skipped.filter(({ kind }) => kind !== undefined).length;
  const counts = [
    ...(skipped.length > tooLong ? [`${skipped.length - tooLong} unusable lines left out`] : []),
    ...(tooLong > 0 ? [`${tooLong} too long and left out`] : []),
  ];
  return [`data: ${counts.join(', ')}`, ...shown, ...rest];
}

/** Other data under finished stages: they would run again, and what they made would be lost. */
async function refuseOtherData({ run, config, again }: DataSession, made: Made): Promise<void> {
  const other = await otherData({ run, config }, made);
  if (!other) return;
  if (again === true) return run.allowAgain(other.stages);
  throw wouldRunAgain(other.stages, other.why, run.root);
}

/** The finished stages that would run again since the data would be made anew and be another, and why; for commands that only look. */
export async function stagesOfOtherData(
  session: Pick<DataSession, 'config' | 'lengths' | 'modelHash'> & { run: RunRecords },
  made: MadeSets,
): Promise<OtherData | undefined> {
  const { paths } = session.run;
  const marker = await session.run.stageMarker('data');
  if (marker?.inputs === hashJson(await dataInputs(session)) && filesOf(paths).every(existsSync)) return undefined;
  return otherData(session, made);
}

type MadeSets = Pick<Made, 'train' | 'test' | 'corpus'>;

interface OtherData {
  stages: string[];
  why: string;
}

async function otherData(
  { run, config }: { run: RunRecords; config: Config },
  made: MadeSets,
): Promise<OtherData | undefined> {
  const stages = (await run.finishedStages()).filter((stage) => stage !== 'data');
  if (stages.length === 0) return undefined;
  const sets = [
    [run.paths.problems('train'), made.train, 'training problems'],
    [run.paths.problems('test'), made.test, 'test problems'],
    [run.paths.corpus, made.corpus, 'traces'],
  ] as const;
  const changed: string[] = [];
  for (const [path, items, what] of sets)
    if (existsSync(path) && hashJson(await readJsonlAll(path)) !== hashJson(items)) changed.push(what);
  if (changed.length === 0) return undefined;
  const differences = configDifferences((await run.stageMarker('data'))?.settings, dataSettings(config));
  const keys = differences.length === 0 ? '' : ` (${differencesText(differences)})`;
  return { stages, why: `the data would have other ${changed.join(', ')} than before${keys}` };
}

/** Hashes of the user's files, so that a changed file is noticed. */
async function userFiles(data: Config['data']): Promise<Record<string, string>> {
  if (data.source !== 'files') return {};
  const out: Record<string, string> = {};
  if (data.excludeLists !== null) out['excludeLists'] = await hashFile(data.excludeLists);
  for (const key of ['problems', 'corpus', 'tests'] as const) {
    const { path } = data[key];
    if (path === null) continue;
    const hashes: string[] = [];
    for (const file of await dataFiles(path)) hashes.push(await hashFile(file));
    out[key] = hashes.length === 1 ? hashes[0]! : hashJson(hashes);
  }
  return out;
}
