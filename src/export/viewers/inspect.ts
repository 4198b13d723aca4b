/** Evaluations as Inspect's logs (inspect_ai, version 2 of the format in JSON): one for each arm and step. Pure. */
import { hashText } from '../../core/hash.js';
import type { LoggedAnswer, LoggedArm, LoggedEvaluation } from './run-log.js';

/** The run that the evaluations are of. */
export interface InspectScope {
  run: string;
  version: string;
  model: string;
}

const scorer = 'verifier';

/** Logs by their paths in the folder. */
export function inspectLogs(arms: readonly LoggedArm[], scope: InspectScope): Map<string, unknown> {
  return new Map(
    arms.flatMap((arm) =>
      arm.evaluations.map((evaluation) => {
        const log = logOf(arm.name, evaluation, scope);
        return [fileName(arm.name, evaluation.step, log.eval), log] as const;
      }),
    ),
  );
}

/** As Inspect names its logs, and finds them: time, task and id, with underscores between and nowhere else. */
function fileName(arm: string, step: number, { created, task_id: id }: { created: string; task_id: string }): string {
  const time = created.replace(/\.\d+Z$/, '+00-00').replaceAll(':', '-');
  return `${time}_${arm.replace(/[^A-Za-z0-9.-]+/g, '-')}-step-${String(step).padStart(6, '0')}_${id}.json`;
}

function logOf(arm: string, { step, time, answers, failed }: LoggedEvaluation, { run, version, model }: InspectScope) {
  const created = new Date(time * 1000).toISOString();
  const id = hashText(`${run}/${arm}/${step}`);
  const ids = [...new Set([...answers, ...failed].map(({ problemId }) => problemId))];
  const rewards = answers.flatMap(({ reward }) => reward ?? []);
  const epochs = Math.max(1, ...answers.map(({ sample }) => sample + 1));
  const total = answers.length + failed.length;
  return {
    version: 2,
    status: 'success',
    eval: {
      run_id: id,
      eval_id: id,
      task_id: id,
      created,
      task: `${run}/${arm}/step-${step}`,
      task_version: 0,
      dataset: { name: run, samples: ids.length, sample_ids: ids, shuffled: false },
      model: `ra-rft/${model}`,
      config: { epochs },
      packages: { 'ra-rft': version },
      metadata: { run, arm, step },
      scorers: [{ name: scorer }],
    },
    plan: { name: 'ra-rft', steps: [{ solver: arm, params: { step } }] },
    results: {
      total_samples: total,
      completed_samples: rewards.length,
      scores:
        rewards.length === 0
          ? []
          : [
              {
                name: scorer,
                scorer,
                scored_samples: rewards.length,
                unscored_samples: total - rewards.length,
                params: {},
                metrics: { mean: { name: 'mean', value: meanByProblem(answers), params: {} } },
              },
            ],
    },
    stats: { started_at: created, completed_at: created, model_usage: {} },
    samples: [
      ...answers.map((answer) => sampleOf(answer, `ra-rft/${model}`)),
      ...failed.map((problem) => ({
        ...askedOf({ ...problem, sample: 0 }),
        messages: [{ role: 'user', content: problem.question }],
        error: errorOf(problem.reason),
      })),
    ],
  };
}

function sampleOf(answer: LoggedAnswer, model: string) {
  const { text, tokens, promptTokens, stopReason, outcome, rule, reward, traces, truth } = answer;
  const message = { role: 'assistant', content: text, source: 'generate', model };
  const stop = stopReason === 'length' ? 'max_tokens' : 'stop';
  const usage = { input_tokens: promptTokens, output_tokens: tokens, total_tokens: promptTokens + tokens };
  return {
    ...askedOf(answer),
    messages: [{ role: 'user', content: answer.question }, message],
    output: { model, choices: [{ message, stop_reason: stop }], usage },
    ...(reward === null
      ? { error: errorOf(answer.reason ?? outcome) } // without a verdict it is no wrong answer
      : {
          scores: {
            [scorer]: {
              value: reward,
              ...(answer.extracted !== undefined && { answer: answer.extracted }),
              explanation: `${outcome}: ${rule}${answer.reason === undefined ? '' : ` (${answer.reason})`}`,
            },
          },
        }),
    metadata: { split: answer.split, ...(truth !== undefined && { truth }), traces },
  };
}

function askedOf({
  problemId,
  question,
  gold,
  sample,
}: Pick<LoggedAnswer, 'problemId' | 'question' | 'gold' | 'sample'>) {
  return { id: problemId, epoch: sample + 1, input: question, target: gold };
}

function errorOf(message: string) {
  return { message, traceback: message, traceback_ansi: message };
}

/** average@k: over the samples of a problem that have a reward, then over problems. */
function meanByProblem(answers: readonly LoggedAnswer[]): number {
  const own = new Map<string, number[]>();
  for (const { problemId, reward } of answers)
    if (reward !== null) own.set(problemId, [...(own.get(problemId) ?? []), reward]);
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  return mean([...own.values()].map(mean));
}
