/** Where everything of a run stands in its folder. Pure: paths only, nothing is touched. */
import { join } from 'node:path';

/** Paths of a run folder. `arm` is an arm's name; `warmup` holds the policy that all arms start from. */
export interface RunPaths {
  config: string;
  lock: string;
  /** What the process that holds the lock is at. */
  progress: string;
  /** What a run printed that the pages have resumed. */
  log: string;
  problems: (set: 'train' | 'test') => string;
  corpus: string;
  /** Traces that a problem must not meet, by problem. */
  excludeLists: string;
  /** Lines of the user's files that could not be used, with their places. */
  leftOut: string;
  labels: string;
  /** An encoder among the retrievers, by its name, and the vectors of the corpus under it. */
  retriever: (retriever: string) => string;
  index: (retriever: string) => string;
  /** Where the training of an encoder stands; gone when it has ended. */
  retrieverTraining: (retriever: string) => string;
  /** Top hits of every train and test problem for one retriever, by its name. */
  retrieved: (retriever: string) => string;
  policies: (arm: string) => string;
  policy: (arm: string, step: number) => string;
  rollouts: (arm: string, step: number) => string;
  metrics: string;
  events: string;
  evaluation: (arm: string, step: number) => string;
  /** One response at temperature 0 to each test problem. */
  greedy: (arm: string, step: number) => string;
  /** The last policy of an arm with each of the best traces alone. */
  oneByOne: (arm: string, step: number) => string;
  stages: string;
  stage: (name: string) => string;
  reportHtml: string;
  reportMarkdown: string;
  summary: string;
}

export function runPaths(root: string): RunPaths {
  const at = (...parts: string[]) => join(root, ...parts);
  return {
    config: at('config.yaml'),
    lock: at('run.lock'),
    progress: at('progress.json'),
    log: at('run.log'),
    problems: (set) => at('data', `${set}.jsonl`),
    corpus: at('data', 'corpus.jsonl'),
    excludeLists: at('data', 'exclude-lists.jsonl'),
    leftOut: at('data', 'left-out.jsonl'),
    labels: at('labels.jsonl'),
    retriever: (retriever) => at('retriever', retriever),
    index: (retriever) => at('index', retriever),
    retrieverTraining: (retriever) => at('retriever', `${retriever}.training`),
    retrieved: (retriever) => at('retrieved', `${retriever}.jsonl`),
    policies: (arm) => at('policy', arm),
    policy: (arm, step) => at('policy', arm, `step-${padded(step)}`),
    rollouts: (arm, step) => at('rollouts', arm, `${padded(step)}.jsonl`),
    metrics: at('metrics.jsonl'),
    events: at('events.jsonl'),
    evaluation: (arm, step) => at('eval', arm, `${padded(step)}.jsonl`),
    greedy: (arm, step) => at('eval', arm, `greedy-${padded(step)}.jsonl`),
    oneByOne: (arm, step) => at('eval', arm, `contexts-${padded(step)}.jsonl`),
    stages: at('stages'),
    stage: (name) => at('stages', `${name}.json`),
    reportHtml: at('report.html'),
    reportMarkdown: at('report.md'),
    summary: at('summary.json'),
  };
}

/** Steps in file names, so that they sort: 100 -> `000100`. */
function padded(step: number): string {
  return String(step).padStart(6, '0');
}
