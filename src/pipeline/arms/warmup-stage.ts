/** Stage "warmup": optional supervised steps, so that a policy that never solves a problem starts with some signal. */
import { join } from 'node:path';
import { hashJson } from '../../core/hash.js';
import { exists } from '../../core/missing.js';
import { isUnseen, noContext, showing, type Context, type Problem, type Trace } from '../../data/index.js';
import type { Rng } from '../../core/rng.js';
import { savePolicy } from '../../engine/index.js';
import { trainSupervised } from '../../supervised/index.js';
import { hashModelFolder } from '../fingerprint.js';
import { optimizerOf } from './optimizer.js';
import type { DataSets } from '../data/data-sets.js';
import type { Session } from '../session.js';
import { warmupSettings } from '../stage-settings.js';
import { trainedPart } from './trained-part.js';

/** A policy as a folder, with the hash of its files. */
export interface StartPolicy {
  folder: string;
  fingerprint: string;
  /** Folder of a whole model with its token embeddings: the policy's own, or the base of its adapter. */
  modelFolder: string;
}

/** The policy that labels are measured with and that every arm starts from: the model, warmed up where that is asked for. */
export async function warmUp(session: Session, data: DataSets): Promise<StartPolicy> {
  const { config, run, rng } = session;
  const { modelFolder } = session;
  const model = { folder: modelFolder, modelFolder, fingerprint: session.modelHash };
  if (config.warmup.steps === 0) return model;
  const inputs = {
    settings: warmupSettings(config, session.identities),
    data: data.fingerprint,
  };
  const folder = join(run.paths.policies('warmup'), 'final');
  const fits = (problem: Problem, trace?: Trace) =>
    config.prompt.overlong === 'error' || session.lengths.fitsExample(problem, trace);
  const work = async () => {
    await trainSupervised({
      arm: 'warmup',
      run,
      engine: session.engine(),
      training: trainedPart(config),
      codec: session.codec,
      problems: data.train.filter((problem) => fits(problem)),
      contextOf: randomContexts(data, config.warmup.contextShare, fits),
      settings: config.warmup,
      schedule: { peak: config.warmup.learningRate, warmupSteps: 0, decayOverSteps: config.warmup.steps },
      section: 'warmup',
      optimizer: optimizerOf(config.rl),
      maxPromptTokens: config.prompt.maxPromptTokens,
      checkpointEverySteps: config.rl.checkpointEverySteps,
      initialPolicy: model.folder,
      rng: rng.fork('warmup'),
      inputs: hashJson(inputs),
      afterStep: async (step, policy) => {
        if (step === config.warmup.steps) await savePolicy(policy, folder, { optimizer: false });
      },
      progress: session.progress,
    });
  };
  await run.stage('warmup', inputs, work, [folder]);
  const isWhole = await exists(join(folder, 'config.json'));
  return { folder, fingerprint: await hashModelFolder(folder), modelFolder: isWhole ? folder : modelFolder };
}

/** With probability `share` a random trace that may teach the problem and is not too long for it, of its type where the corpus has any of that. */
export function randomContexts(
  { corpus, guard }: Pick<DataSets, 'corpus' | 'guard'>,
  share: number,
  fits: (problem: Problem, trace: Trace) => boolean,
): (problem: Problem, rng: Rng) => Context {
  const usable = corpus.filter((trace) => !isUnseen(trace));
  return (problem, rng) => {
    if (rng.next() >= share) return noContext;
    const sameType = usable.filter((trace) => trace.type === problem.type);
    const allowed = (sameType.length > 0 ? sameType : usable).filter(
      (trace) => guard.mayTeach(problem, trace) && fits(problem, trace),
    );
    return allowed.length === 0 ? noContext : showing(rng.pick(allowed));
  };
}
