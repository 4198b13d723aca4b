/**
 * Stage "attempts": one draft of every problem, sampled by the policy itself without any trace, for retrievers that read it beside the
 * question. It is the policy's own: no solution that the data has comes near it.
 */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hashFile } from '../../core/hash-file.js';
import { readJsonlAll } from '../../core/jsonl.js';
import type { Problem } from '../../data/index.js';
import type { EvalRecord } from '../../eval/index.js';
import { warn } from '../../runs/warnings.js';
import type { StartPolicy } from '../arms/warmup-stage.js';
import type { DataSets } from '../data/data-sets.js';
import { sampledKey, samplePairs } from '../labels/sample-pairs.js';
import type { Session } from '../session.js';
import { attemptSettings } from '../stage-settings.js';

const file = 'attempts.jsonl';

/** The data with a draft at every problem. */
export async function draftAttempts(session: Session, data: DataSets, policy: StartPolicy): Promise<DataSets> {
  const { config, run, progress } = session;
  const path = join(run.root, file);
  const inputs = {
    settings: attemptSettings(config, session.identities),
    policy: policy.fingerprint,
    data: data.fingerprint,
  };
  const pairs = [...data.train, ...data.test].map((problem) => ({ problem, trace: undefined }));
  const work = async () => {
    // Drafts of other inputs; without a marker they are what a killed attempt has left, and go on.
    if (await run.stageMarker('attempts')) await rm(path, { force: true });
    await samplePairs(session, policy, pairs, { use: 'labels', samples: 1, path, stream: 'attempts' });
  };
  await run.stage('attempts', inputs, work, [path]);
  const drafted = await withAttempts(data, run.root);
  const without = [...drafted.train, ...drafted.test].filter(({ attempt }) => attempt === undefined).length;
  if (without > 0) {
    const text = `${without} of ${pairs.length} problems have no draft (their prompts are too long); they are searched with by their questions alone`;
    await warn(run, progress, { code: 'no-attempt', where: 'attempts', text });
  }
  return drafted;
}

/** The data with the drafts that stand in a run folder; as it is where there are none. */
export async function withAttempts(data: DataSets, root: string): Promise<DataSets & Drafted> {
  const path = join(root, file);
  if (!existsSync(path)) return data;
  const records = await readJsonlAll<EvalRecord>(path);
  const drafts = new Map(records.map(({ problemId, samples }) => [problemId, samples[0]?.text]));
  const drafted = (problem: Problem): Problem & { attempt?: string } => {
    const attempt = drafts.get(sampledKey({ problem, trace: undefined }));
    return attempt === undefined ? problem : { ...problem, attempt };
  };
  return { ...data, train: data.train.map(drafted), test: data.test.map(drafted), attempts: await hashFile(path) };
}

interface Drafted {
  train: (Problem & { attempt?: string })[];
  test: (Problem & { attempt?: string })[];
}
