/** Stage "difficulty": how often the policy that all arms start from solves each training problem; for curricula, shared by all arms. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hashJson } from '../../core/hash.js';
import { readJsonlAll } from '../../core/jsonl.js';
import { warn } from '../../runs/warnings.js';
import type { Problem } from '../../data/index.js';
import { averageAtK, type EvalRecord } from '../../eval/index.js';
import { easyFirst } from '../../rl/index.js';
import type { DataSets } from '../data/data-sets.js';
import { sampledKey, samplePairs } from '../labels/sample-pairs.js';
import type { Session } from '../session.js';
import { difficultySettings } from '../stage-settings.js';
import type { StartPolicy } from './warmup-stage.js';

/** The order of the training problems within an epoch. */
export interface Curriculum {
  rankOf: (problem: Problem) => number;
  /** Names the order, for the inputs of the arms. */
  fingerprint: string;
}

const file = 'difficulty.jsonl';

/** Measures difficulty where a curriculum asks for it, by samples without any context; undefined where none does. */
export async function measureDifficulty(
  session: Session,
  data: DataSets,
  start: StartPolicy,
): Promise<Curriculum | undefined> {
  const { config, run, progress } = session;
  const { curriculum, curriculumSamples: samples } = config.rl;
  if (curriculum === 'none') return undefined;
  const path = join(run.root, file);
  const inputs = {
    settings: difficultySettings(config, session.identities),
    start: start.fingerprint,
    data: data.fingerprint,
  };
  const pairs = data.train.map((problem) => ({ problem, trace: undefined }));
  const work = async () => {
    // What was measured from other inputs; without a marker it is what a killed attempt has left, and goes on.
    if (await run.stageMarker('difficulty')) await rm(path, { force: true });
    await samplePairs(session, start, pairs, { use: 'rl', samples, path, stream: 'difficulty' });
  };
  await run.stage('difficulty', inputs, work, [path]);
  const records = new Map((await readJsonlAll<EvalRecord>(path)).map((record) => [record.problemId, record]));
  const success = new Map(
    pairs.map((pair) => [pair.problem.id, averageAtK(records.get(sampledKey(pair))?.samples ?? [])]),
  );
  const unknown = [...success.values()].filter((share) => share === undefined).length;
  if (unknown > 0) {
    const text = `${unknown} of ${success.size} training problems have no measured difficulty (no response could be judged); they stand between the hardest and those never solved`;
    await warn(run, progress, { code: 'no-difficulty', where: 'difficulty', text });
  }
  return { rankOf: easyFirst(({ id }) => success.get(id)), fingerprint: hashJson([...success]) };
}
