/** The results of a run: summary.json from the last evaluation of every arm and the grades of the retrievers. */
import { existsSync } from 'node:fs';
import { comparedArms, type Config } from '../config/index.js';
import { writeJsonAtomic } from '../core/files.js';
import { readJsonlAll } from '../core/jsonl.js';
import type { RunFolder } from '../runs/run-folder.js';
import {
  summarise,
  summaryDraws,
  traceFacts,
  type EvalRecord,
  type Summary,
  type TrainingTraces,
} from '../eval/index.js';
import { neededContexts } from './retrieve/contexts.js';
import type { DataSets } from './data/data-sets.js';
import { countLongPairs, type SkippedItem } from './prompts/overlong.js';
import type { PromptLengths } from './prompts/prompt-lengths.js';
import type { RoundGrade } from '../judge/index.js';
import type { RetrieverGrade } from './retrieve/retrieval-grades.js';
import type { Session } from './session.js';
import { armsOneByOne, stagesOf } from './stage-settings.js';

/** Writes summary.json and returns it. Every arm must have been evaluated at the last step. */
export async function writeSummary(
  { config, run, lengths, identities }: Session,
  data: DataSets,
  {
    retrievers,
    trainingTraces,
    labels,
  }: {
    retrievers: readonly RetrieverGrade[];
    trainingTraces: readonly TrainingTraces[];
    labels: readonly RoundGrade[] | undefined;
  },
): Promise<Summary> {
  const evaluations = [];
  for (const { name } of config.arms) {
    for (const step of new Set([0, config.rl.steps])) {
      const path = run.paths.evaluation(name, step);
      // Older run folders may have no evaluation of the start.
      if (step === config.rl.steps || existsSync(path))
        evaluations.push({ name, step, records: await readJsonlAll<EvalRecord>(path) });
    }
  }
  const arms = [];
  for (const { name, step, records } of evaluations) {
    if (step !== config.rl.steps) continue;
    const greedy = config.eval.greedy && { greedy: await readJsonlAll<EvalRecord>(run.paths.greedy(name, step)) };
    arms.push({ name, records, ...greedy });
  }
  const tried = [];
  for (const { name } of armsOneByOne(config)) {
    tried.push({ name, records: await readJsonlAll<EvalRecord>(run.paths.oneByOne(name, config.rl.steps)) });
  }
  // A folder may hold stages of arms that are no longer compared.
  const stages = new Set(stagesOf(config, identities).map(({ name }) => name));
  const tooLong = await tooLongCounts(config, run, data, lengths);
  const summary = summarise({
    compared: comparedArms(config),
    arms,
    traceUse: { evaluations, facts: traceFacts(data.test, data.corpus) },
    k: config.eval.k,
    ...(tried.length > 0 && { oneByOne: { ranks: config.eval.contexts, arms: tried } }),
    retrievers,
    ...(labels && { labels }),
    ...(trainingTraces.length > 0 && { trainingTraces }),
    seconds: Object.fromEntries(Object.entries(await run.stageSeconds()).filter(([stage]) => stages.has(stage))),
    ...summaryDraws(
      data.test,
      evaluations.map(({ records }) => records),
      config,
    ),
    ...(tooLong && { tooLong }),
  });
  await writeJsonAtomic(run.paths.summary, summary);
  return summary;
}

/** Problems and traces left out as too long, and problems that some traces are too long for; undefined where nothing is left out. */
async function tooLongCounts(
  config: Config,
  run: RunFolder,
  data: DataSets,
  lengths: PromptLengths,
): Promise<Record<string, number> | undefined> {
  if (config.prompt.overlong === 'error') return undefined;
  const items = existsSync(run.paths.leftOut) ? await readJsonlAll<SkippedItem>(run.paths.leftOut) : [];
  const count = (wanted: SkippedItem['kind']) => items.filter(({ kind }) => kind === wanted).length;
  return {
    'training problems': count('training problem'),
    'test problems': count('test problem'),
    traces: count('trace'),
    ...(neededContexts(config).size > 0 && {
      'pairs of a problem and a trace': countLongPairs(data, lengths),
    }),
  };
}
