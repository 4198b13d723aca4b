/** Declares `ra-rft report`: what a run has so far. */
import { withRunOptions, type Build } from './build.js';
import type { RunOptions } from './run-options.js';

export function addReport({ program, configHelp, context }: Build): void {
  const command = program
    .command('report')
    .description('Write the report of what a run has so far.')
    .argument('[run]', 'run folder; without one, the run that --name or --config stands for');
  withRunOptions(command, configHelp).action(async (run: string | undefined, options: RunOptions) => {
    const [{ reportVerb }, { runRoot }] = await Promise.all([import('./report.js'), import('./run-options.js')]);
    await reportVerb(run ?? runRoot(options), context());
  });
}
