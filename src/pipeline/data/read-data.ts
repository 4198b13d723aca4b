/** The data sets of a run folder. */
import { hashJson } from '../../core/hash.js';
import type { RunPaths } from '../../runs/run-paths.js';
import { excludeListLines, loadProblems, loadTraces, readExcludeLists } from '../../data/index.js';
import { guardOf, type DataSets } from './data-sets.js';

/** Reads the data sets. A person may have edited the files, so they are checked as files of the user's are. */
export async function readDataSets(paths: Pick<RunPaths, 'problems' | 'corpus' | 'excludeLists'>): Promise<DataSets> {
  const { items: train } = await loadProblems(paths.problems('train'), { answers: 'whole' });
  const { items: test } = await loadProblems(paths.problems('test'), { answers: 'whole' });
  const { items: corpus } = await loadTraces(paths.corpus, { answers: 'whole' });
  const excludeLists = await readExcludeLists(paths.excludeLists);
  const fingerprint = hashJson([train, test, corpus, excludeListLines(excludeLists)]);
  return { train, test, corpus, excludeLists, guard: guardOf({ train, test, excludeLists }), fingerprint };
}
