/** Attempts at a run of the tiny task: to its end, or killed on the way. */
import { join } from 'node:path';
import { configToYaml, resolveConfig } from '../../config/index.js';
import { readJsonlAll } from '../../core/jsonl.js';
import { RunFolder } from '../../runs/run-folder.js';
import { runPipeline, type PipelineOptions } from '../pipeline.js';
import { openFakeEngine } from './tiny-task.js';

export interface Attempt extends PipelineOptions {
  /** Configuration file. */
  file: string;
  set?: readonly string[];
  /** The attempt ends with the error `killed` right after the first stage that it has finished. */
  oneStage?: boolean;
}

/** One attempt at the run in a folder; returns the stages that ran, in order. */
export async function attempt(
  root: string,
  { file, set = [], oneStage = false, ...options }: Attempt,
): Promise<string[]> {
  const config = resolveConfig({ file, set });
  const run = await RunFolder.open(root, { values: config, yaml: configToYaml(config) });
  const before = (await stageEvents(root)).length;
  const stage = run.stage.bind(run);
  if (oneStage) {
    run.stage = async (...of) => {
      if (await stage(...of)) throw new Error('killed');
      return false;
    };
  }
  try {
    await runPipeline(config, run, { openEngine: openFakeEngine, ...options });
  } finally {
    await run.close();
  }
  return (await stageEvents(root)).slice(before);
}

/** As many attempts as the run has stages, each killed after one of them, and the last to the end. */
export async function stageByStage(root: string, options: Attempt): Promise<void> {
  for (let kills = 0; ; kills++) {
    const end = await attempt(root, { ...options, oneStage: true }).catch((error: Error) => error);
    if (Array.isArray(end)) return;
    if (end.message !== 'killed' || kills > 100) throw end;
  }
}

/** Names of all stages that have ended, in order. */
export async function stageEvents(root: string): Promise<string[]> {
  const events = await readJsonlAll<{ kind: string; stage: string }>(join(root, 'events.jsonl'));
  return events.filter(({ kind }) => kind === 'stage-finished').map(({ stage }) => stage);
}
