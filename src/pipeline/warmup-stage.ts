/** Stage "warmup": optional supervised steps, so that a policy that never solves a problem starts with some signal. */
import { join } from 'node:path';
import { hashJson } from '../core/hash.js';
import type { Problem, Trace } from '../data/index.js';
import { leakGuard } from '../data/index.js';
import type { Rng } from '../core/rng.js';
import { trainSupervised } from '../rl/index.js';
import { optimizerOf } from './optimizer.js';
import type { DataSets } from './data-stage.js';
import { promptWording } from './fingerprint.js';
import type { Session } from './session.js';

/** A policy as a folder, with the hash of what it was made from. */
export interface StartPolicy {
  folder: string;
  fingerprint: string;
}

/** The policy that labels are measured with and that every arm starts from: the model, warmed up where that is asked for. */
export async function warmUp(session: Session, data: DataSets): Promise<StartPolicy> {
  const { config, run, rng } = session;
  const model = { folder: session.modelFolder, fingerprint: session.modelHash };
  if (config.warmup.steps === 0) return model;
  const inputs = {
    model: model.fingerprint,
    data: data.fingerprint,
    warmup: config.warmup,
    prompt: promptWording(config.prompt),
    optimizer: optimizerOf(config.rl),
    seed: config.seed,
  };
  const fingerprint = hashJson(inputs);
  const folder = join(run.paths.policies('warmup'), 'final');
  const fits = (problem: Problem, trace?: Trace) =>
    config.prompt.overlong === 'error' || session.lengths.fitsExample(problem, trace);
  await run.stage('warmup', inputs, async () => {
    const engine = await session.engine();
    await trainSupervised({
      arm: 'warmup',
      run,
      engine,
      codec: session.codec,
      problems: data.train.filter((problem) => fits(problem)),
      contextOf: randomContexts(data, config.warmup.contextShare, fits),
      settings: config.warmup,
      optimizer: optimizerOf(config.rl),
      maxPromptTokens: config.prompt.maxPromptTokens,
      checkpointEverySteps: config.rl.checkpointEverySteps,
      initialPolicy: model.folder,
      rng: rng.fork('warmup'),
      inputs: fingerprint,
      progress: session.progress,
    });
    await engine.save(folder, { optimizer: false });
  });
  return { folder, fingerprint };
}

/** With probability `share` a random trace of the problem's type, never one with its answer or its text, or too long for it. */
function randomContexts(
  { train, corpus, excludeLists }: DataSets,
  share: number,
  fits: (problem: Problem, trace: Trace) => boolean,
): (problem: Problem, rng: Rng) => Trace | undefined {
  const exclude = leakGuard(train, { lists: excludeLists });
  const usable = corpus.filter((trace) => trace.split !== 'held-out');
  return (problem, rng) => {
    if (rng.next() >= share) return undefined;
    const sameType = usable.filter((trace) => trace.type === problem.type);
    const allowed = (sameType.length > 0 ? sameType : usable).filter(
      (trace) => !exclude(problem, trace) && fits(problem, trace),
    );
    return allowed.length === 0 ? undefined : rng.pick(allowed);
  };
}
