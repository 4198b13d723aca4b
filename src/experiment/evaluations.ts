/** Evaluations of single policies (`ra-rft eval --policy`) that are compared with each other: read, and checked to be of the same problems. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RaRftError } from '../core/errors.js';
import { readJsonlAll } from '../core/jsonl.js';
import { exists, ignoreMissing } from '../core/missing.js';
import { lineRecords, problemKey, type EvalRecord, type SampleLine } from '../eval/index.js';
import type { PolicyEvaluation } from '../pipeline/index.js';
import { configDifferences, type ConfigDifference } from '../runs/run-folder.js';
import { folderNames } from './compared-folders.js';

export interface ComparedEvaluation {
  /** Of its folder; the whole path where two folders have one name. */
  name: string;
  root: string;
  settings: PolicyEvaluation['settings'];
  /** Settings that are other than those of the first, hashes left out. */
  differences: readonly ConfigDifference[];
  records: readonly EvalRecord[];
  /** By problem, whether a trace in its prompt was right; those of which it is not known are not in it. */
  traceRight: ReadonlyMap<string, boolean>;
}

/** Whether a folder is one that `ra-rft eval --policy` writes, finished or not. */
export async function isEvaluation(root: string): Promise<boolean> {
  return exists(join(root, 'samples.jsonl'));
}

/**
 * Reads the evaluations. Throws `usage` where one is named twice, `run-folder` where one has not come to its end, `data` where two of them know other problems by one name: nothing of
 * theirs could be paired.
 */
export async function readEvaluations(roots: readonly string[]): Promise<ComparedEvaluation[]> {
  const names = folderNames(roots, 'evaluation');
  const read: ComparedEvaluation[] = [];
  for (const [i, root] of roots.entries()) {
    const settings = await settingsOf(root);
    const lines = await readJsonlAll<SampleLine>(join(root, 'samples.jsonl'));
    const [first] = read;
    for (const other of read) refuseOtherData(other, { root, settings });
    read.push({
      name: names[i]!,
      root,
      settings,
      differences: first ? configDifferences(told(first.settings), told(settings)) : [],
      records: lineRecords(lines),
      traceRight: new Map(
        lines.flatMap(({ set, problemId, traceRight }) =>
          traceRight === undefined ? [] : [[problemKey(set, problemId), traceRight] as const],
        ),
      ),
    });
  }
  return read;
}

async function settingsOf(root: string): Promise<PolicyEvaluation['settings']> {
  const path = join(root, 'eval.json');
  const text = await readFile(path, 'utf8').catch(ignoreMissing);
  if (text !== undefined) return (JSON.parse(text) as PolicyEvaluation).settings;
  throw new RaRftError({
    code: 'run-folder',
    message: `${root} holds no evaluation that came to its end`,
    where: path,
    expected: 'what ra-rft eval --policy leaves at its end',
    hint: 'Run the same command again: it goes on where it was.',
  });
}

/** Sets of one name must be the same problems in the same order. */
function refuseOtherData(a: ComparedEvaluation, b: Pick<ComparedEvaluation, 'root' | 'settings'>): void {
  const other = Object.entries(b.settings.data).find(([set, hash]) => (a.settings.data[set] ?? hash) !== hash);
  const shared = Object.keys(b.settings.data).some((set) => set in a.settings.data);
  if (other === undefined && shared) return;
  throw new RaRftError({
    code: 'data',
    message:
      other === undefined
        ? `${a.root} and ${b.root} have no data in common: ${Object.keys(a.settings.data).join(', ')}, and ${Object.keys(b.settings.data).join(', ')}`
        : `the problems of ${other[0]} are not the same in ${a.root} and ${b.root}`,
    where: join(b.root, 'eval.json'),
    expected: `the problems of ${join(a.root, 'eval.json')}`,
    hint: 'Evaluate both with the same --data (NAME=FILE gives a file a name) and the same --limit.',
  });
}

/** What people can read of settings. */
function told({ policy, traces, reward, ...settings }: PolicyEvaluation['settings']): object {
  const { data: _, ...rest } = settings;
  const named = Object.entries(policy).filter(([key]) => key !== 'weights');
  const shown = traces && Object.entries(traces).filter(([key]) => key !== 'found');
  return {
    policy: Object.fromEntries(named),
    ...rest,
    reward: reward.name,
    traces: shown && Object.fromEntries(shown),
  };
}
