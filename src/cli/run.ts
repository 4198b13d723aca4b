/** The verbs that work on a run: the whole of it, or up to one stage. */
import { basename, dirname } from 'node:path';
import { configToYaml, type Config } from '../config/index.js';
import { RaRftError } from '../core/errors.js';
import { durationText } from '../core/terminal-progress.js';
import { warningText } from '../runs/warnings.js';
import {
  openRun,
  planRun,
  planText,
  refuseOverlong,
  runPipeline,
  timeEstimate,
  type LastStage,
  type RunPlan,
} from '../pipeline/index.js';
import { untilStopped, type CliContext } from './context.js';
import { openPage } from './open-page.js';
import { ownCommandText } from './own-command.js';
import { resolveRun, type RunOptions } from './run-options.js';
import { shellWord } from './shell-word.js';

export type RunVerb = 'run' | 'judge' | 'retriever' | 'train' | 'eval';

/** The last stage that each verb runs; `run` goes on to the report. */
const lastStages: Readonly<Record<RunVerb, LastStage>> = {
  run: 'eval',
  judge: 'labels',
  retriever: 'retriever',
  train: 'train',
  eval: 'eval',
};

/** Runs the stages of a verb. With --dry-run prints what it would do and the resolved configuration instead. */
export async function runVerb(verb: RunVerb, options: RunOptions, context: CliContext): Promise<void> {
  const { config, root, origin, warnings } = resolveRun(options);
  for (const text of warnings) context.progress.line(`warning: ${text}`);
  const until = lastStages[verb];
  const counts = await planRun(config, root, until, { kept: options.dryRun === true });
  const plan = planText(counts, until);
  if (options.dryRun === true) {
    context.out(`# ${verb} in ${root}, from ${origin}; nothing is run.`);
    // A run that is started says its warnings itself, and keeps them.
    const time = until === 'eval' ? [`time         ${await timeText(config, counts)}`] : [];
    const lines = [...plan, ...time, ...counts.warnings.map(warningText)];
    context.out(lines.map((line) => `# ${line}`).join('\n'));
    context.out(configToYaml(config));
    refuseOverlong(counts.lengths);
    return;
  }
  if (!context.quiet) {
    context.progress.line(`${verb} in ${root}, from ${origin}`);
    for (const line of plan) context.progress.line(`  ${line}`);
  }
  refuseOverlong(counts.lengths);
  const settings = { config, root, again: options.again === true };
  if (verb !== 'run' || options.open !== true) return runStages(verb, settings, context);
  const { servePages, runAddress } = await import('./run-pages.js');
  const server = await servePages(options.runs, context);
  try {
    const address = runAddress(server, basename(root));
    await runStages(verb, settings, context, async () => {
      context.progress.line(`pages: ${address}`);
      await openPage(address);
    });
    context.out(`the pages stay at ${address}; Ctrl-C ends them`);
    await untilStopped(context);
  } finally {
    await server.close();
  }
}

/** How long the run would take; a model that cannot be opened is told, and no reason to hide the rest. */
async function timeText(config: Config, plan: RunPlan): Promise<string> {
  const { multiplyOnce } = await import('./doctor-matmul.js');
  const peakFlops = async () => (await multiplyOnce(1024)).gflops * 1e9;
  return timeEstimate(config, plan, peakFlops).catch((error: unknown) =>
    error instanceof RaRftError ? `unknown: ${error.message}` : Promise.reject(error as Error),
  );
}

async function runStages(
  verb: RunVerb,
  { config, root, again }: { config: Config; root: string; again: boolean },
  context: CliContext,
  opened: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const started = performance.now();
  const run = await openRun(root, config);
  try {
    await opened();
    const { progress } = context;
    const summary = await runPipeline(config, run, { until: lastStages[verb], progress, again });
    if (!summary) {
      context.out(`done up to ${lastStages[verb]}: ${root}`);
      return;
    }
    const { reportVerb, summaryText } = await import('./report.js');
    context.out(summaryText(summary));
    context.out(`this attempt took ${durationText(performance.now() - started)}; everything is in ${root}`);
    if (verb !== 'run') return;
    await reportVerb(root, context);
    context.out(`pages:  ${ownCommandText()} serve ${shellWord(dirname(root))} --open`);
  } finally {
    await run.close();
  }
}
