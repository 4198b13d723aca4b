/** How the verb `reproduce` is declared. */
import { Argument } from 'commander';
import { each, type Build } from './build.js';
import type { ReproduceVerbOptions } from './reproduce.js';

export function addReproduce({ program, context }: Build): void {
  program
    .command('reproduce')
    .description(
      "Run the paper's tables and figures over seeds (docs/reproduce.md). Goes on where an earlier attempt stopped.",
    )
    .addArgument(new Argument('[what]', 'all tables and figures, the default').choices(['all']))
    .option('--table <number>', 'only this table, 1 to 5 or its name; may be repeated', each, [])
    .option('--figure <number>', 'only this figure, 3 or 4; may be repeated', each, [])
    .option('--preset <name>', 'sizes: world (the default) or world-quick; with --config one of `ra-rft run`')
    .option(
      '--config <file>',
      'a configuration of your own in place of the world, on your data; its arms are those of the tables',
    )
    .option('--seeds <number>', 'seeds 1 to this one', '3')
    .option('--jobs <number>', 'seeds at the same time, by default one for each core, with --config one')
    .option('--budget <minutes>', 'begin no arm later than this; the same command goes on')
    .option('--runs <folder>', 'folder that holds reproduce-<preset>, or reproduce-<name of the configuration>', 'runs')
    .option('--set <key=value>', 'set one key of every run; may be repeated', each, [])
    .action(async (what: string | undefined, options: ReproduceVerbOptions) => {
      const { reproduceVerb } = await import('./reproduce.js');
      await reproduceVerb(what === undefined ? options : { ...options, table: [], figure: [] }, context());
    });
}
