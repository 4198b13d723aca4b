/** Declares `ra-rft report`: what a run has so far, or several runs, or several evaluations, beside each other. */
import { withRunOptions, type Build } from './build.js';
import type { RunOptions } from './run-options.js';

export function addReport({ program, configHelp, context }: Build): void {
  const command = program
    .command('report')
    .description(
      'Write the report of what a run has so far, or of several runs or evaluations (eval --policy) with their paired differences.',
    )
    .argument(
      '[runs...]',
      'run folders, or folders of evaluations; without one, the run that --name or --config stands for',
    )
    .option('--out <folder>', 'folder of the report of several; reports/<their names> where it is not given');
  withRunOptions(command, configHelp).action(async (runs: string[], options: RunOptions & { out?: string }) => {
    const { reportOfRuns } = await import('./report-runs.js');
    await reportOfRuns(runs, options, context());
  });
}
