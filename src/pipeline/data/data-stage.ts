/** Stage "data": training problems, test problems and corpus as JSONL in the run folder, from the world or from the user's files. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Config } from '../../config/index.js';
import { hashFile } from '../../core/hash-file.js';
import { hashJson } from '../../core/hash.js';
import { readJsonlAll } from '../../core/jsonl.js';
import { configDifferences, differencesText, wouldRunAgain } from '../../runs/run-folder.js';
import { warn } from '../../runs/warnings.js';
import {
  dataFiles,
  excludeListLines,
  loadProblems,
  loadTraces,
  readExcludeLists,
  writeJsonl,
} from '../../data/index.js';
import { promptWording } from '../fingerprint.js';
import { withoutOverlong } from '../prompts/overlong.js';
import type { Session } from '../session.js';
import { guardOf, type DataSets } from './data-sets.js';
import { makeData, refuseEmpty, type Made } from './make-data.js';
import { dataSettings } from '../stage-settings.js';

/** The part of a session that this stage uses. */
type DataSession = Pick<Session, 'config' | 'run' | 'verifier' | 'rng' | 'progress' | 'lengths' | 'modelHash'> &
  Partial<Pick<Session, 'again'>>;

/** Makes the data sets, or reads them where the stage is done. */
export async function prepareData(session: DataSession): Promise<DataSets> {
  const { config, run, verifier, rng, progress } = session;
  const { data } = config;
  const skipping = config.prompt.overlong === 'skip';
  const inputs = {
    settings: dataSettings(config),
    files: await userFiles(data),
    // What is too long depends on wording, tokenizer and limits.
    ...(skipping && {
      overlong: { wording: promptWording(config.prompt), limits: session.lengths.limits, model: session.modelHash },
    }),
  };
  const files = [run.paths.problems('train'), run.paths.problems('test'), run.paths.corpus, run.paths.excludeLists];
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
    const { train, test, corpus, skipped } = made;
    const tooLong = skipped.filter(({ kind }) => kind !== undefined).length;
    const sizes = { train: train.length, test: test.length, corpus: corpus.length };
    await run.event('data', { ...sizes, skipped: skipped.length, tooLong });
    await rm(run.paths.leftOut, { force: true });
    if (skipped.length > 0) {
      await writeJsonl(run.paths.leftOut, skipped);
      for (const text of leftOutText(skipped, run.paths.leftOut)) progress.line(text);
    }
  };
  await run.stage('data', inputs, work, files);
  // A person may have edited these, so they are checked as files of the user's are.
  const { items: train } = await loadProblems(run.paths.problems('train'), { answers: 'whole' });
  const { items: test } = await loadProblems(run.paths.problems('test'), { answers: 'whole' });
  const { items: corpus } = await loadTraces(run.paths.corpus, { answers: 'whole' });
  const excludeLists = await readExcludeLists(run.paths.excludeLists);
  const fingerprint = hashJson([train, test, corpus, excludeListLines(excludeLists)]);
  return { train, test, corpus, excludeLists, guard: guardOf({ train, test, excludeLists }), fingerprint };
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
  const later = (await run.finishedStages()).filter((stage) => stage !== 'data');
  if (later.length === 0) return;
  const sets = [
    [run.paths.problems('train'), made.train, 'training problems'],
    [run.paths.problems('test'), made.test, 'test problems'],
    [run.paths.corpus, made.corpus, 'traces'],
  ] as const;
  const changed: string[] = [];
  for (const [path, items, what] of sets)
    if (existsSync(path) && hashJson(await readJsonlAll(path)) !== hashJson(items)) changed.push(what);
  if (changed.length === 0) return;
  if (again === true) return run.allowAgain(later);
  const differences = configDifferences((await run.stageMarker('data'))?.settings, dataSettings(config));
  const keys = differences.length === 0 ? '' : ` (${differencesText(differences)})`;
  throw wouldRunAgain(later, `the data would have other ${changed.join(', ')} than before${keys}`, run.root);
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
