/** The results of a run: summary.json from the last evaluation of every arm and the grades of the retrievers. */
import { writeJsonAtomic } from '../core/files.js';
import { readJsonlAll } from '../core/jsonl.js';
import { summarise, type EvalRecord, type Summary } from '../eval/index.js';
import type { RetrieverGrade } from './retrieval-grades.js';
import type { Session } from './session.js';

/** Writes summary.json and returns it. Every arm must have been evaluated at the last step. */
export async function writeSummary(
  { config, run, rng }: Session,
  retrievers: readonly RetrieverGrade[],
): Promise<Summary> {
  const arms = [];
  for (const { name } of config.arms) {
    arms.push({ name, records: await readJsonlAll<EvalRecord>(run.paths.evaluation(name, config.rl.steps)) });
  }
  const summary = summarise({
    arms,
    k: config.eval.k,
    retrievers,
    seconds: await run.stageSeconds(),
    resamples: config.eval.bootstrapSamples,
    rng: rng.fork('summary'),
  });
  await writeJsonAtomic(run.paths.summary, summary);
  return summary;
}
