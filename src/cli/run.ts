/** The verbs that work on a run: the whole of it, or one stage. */
import { configToYaml } from '../config/index.js';
import { RaRftError } from '../core/errors.js';
import type { CliContext } from './context.js';
import { resolveRun, type RunOptions } from './run-options.js';

export type RunVerb = 'run' | 'judge' | 'retriever' | 'train' | 'eval' | 'report';

/** Runs the stages of a verb. With --dry-run prints the resolved configuration instead. */
export async function runVerb(verb: RunVerb, options: RunOptions, context: CliContext): Promise<void> {
  const { config, root, origin } = resolveRun(options);
  if (options.dryRun === true) {
    context.out(`# ${verb} in ${root}, from ${origin}; nothing is run.`);
    context.out(configToYaml(config));
    return;
  }
  await Promise.resolve();
  throw new RaRftError({ code: 'internal', message: `the stages of ${verb} are not wired yet` });
}
