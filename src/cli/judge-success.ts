/** `ra-rft judge success`: whether the scores of a run's labels predict that the policy solves the problem. */
import { join } from 'node:path';
import { configToYaml, resolveConfig, withDefaults } from '../config/index.js';
import { RunFolder } from '../runs/run-folder.js';
import type { Estimate } from '../eval/index.js';
import { measureLabelSuccess, readJudgedRun, type LabelSuccess } from '../pipeline/index.js';
import type { CliContext } from './context.js';
import { wholeNumber } from './whole-number.js';

export interface JudgeSuccessOptions {
  problems: string;
  traces: string;
  samples: string;
}

/** Samples answers and prints how they relate to the scores. Throws `run-folder` where there are no labels yet. */
export async function judgeSuccessVerb(root: string, options: JudgeSuccessOptions, context: CliContext): Promise<void> {
  const counts = {
    problems: wholeNumber('--problems', options.problems, 1),
    traces: wholeNumber('--traces', options.traces, 2),
    samples: wholeNumber('--samples', options.samples, 1),
  };
  await readJudgedRun(root); // no labels are made here by mistake
  const config = resolveConfig({ file: join(root, 'config.yaml') });
  const kept = { values: config, yaml: configToYaml(config), complete: withDefaults };
  const run = await RunFolder.open(root, kept);
  try {
    const { progress } = context;
    context.out(successText(await measureLabelSuccess(config, run, { ...counts, progress })));
  } finally {
    await run.close();
  }
}

/** Correlation and success rates as text. */
export function successText(result: LabelSuccess): string {
  const { problems, traces, samples, varying, correlation, correlationCi95, success, bestMinusMean } = result;
  const failed = `failed: ${result.failedPrompts} prompts, and ${result.failedAnswers} answers without a verdict`;
  const interval = correlationCi95 ? ` (95 % interval ${correlationCi95.map((x) => x.toFixed(2)).join(' to ')})` : '';
  const relation =
    correlation === null
      ? 'undefined: no problem is solved oftener with one trace than with another'
      : `${correlation.toFixed(2)}${interval}`;
  return [
    `success of ${problems} problems with ${traces} traces, ${samples} answers each; ${failed}`,
    `score and success within a problem: correlation ${relation}; ${varying} problems have traces that differ in success`,
    'right answers, in % (95 % interval over problems)',
    `  without a trace        ${percentText(success.withoutTrace, problems)}`,
    `  best trace by score    ${percentText(success.bestByGain, problems)}`,
    `  mean of the traces     ${percentText(success.meanOfTraces, problems)}`,
    `  worst trace by score   ${percentText(success.worstByGain, problems)}`,
    `  best minus mean        ${percentText(bestMinusMean, problems)}`,
  ].join('\n');
}

/** Figures over fewer than all problems say so: they are not over the same ones as the figures beside them. */
function percentText(estimate: Estimate | null, problems: number): string {
  if (estimate === null) return 'unknown';
  const { mean, ci95, n } = estimate;
  const of = n === problems ? '' : ` (${n} of the problems)`;
  return `${(100 * mean).toFixed(1)} [${ci95.map((x) => (100 * x).toFixed(1)).join(', ')}]${of}`;
}
