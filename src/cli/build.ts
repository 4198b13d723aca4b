/** What the verbs are declared with, and the options that all verbs on a run share. */
import type { Command } from 'commander';
import { nearestName } from '../config/index.js';
import { RaRftError } from '../core/errors.js';
import type { CliContext } from './context.js';

/** A program and what its actions get. */
export interface Build {
  program: Command;
  /** Appended to the help of the verbs that take a configuration. */
  configHelp: string | undefined;
  context: () => CliContext;
}

/** Collects an option that may be repeated. */
export function each(text: string, all: string[]): string[] {
  return [...all, text];
}

/** Adds the options of `RunOptions`. */
export function withRunOptions(command: Command, configHelp: string | undefined): Command {
  command
    .option('--config <file>', 'YAML file (see ra-rft init)')
    .option(
      '--preset <name>',
      'starting values (demo, quick, paper, ...: see below); demo where neither file nor preset is given',
    )
    .option('--quick', 'short for --preset quick')
    .option('--set <key=value>', 'set one key; may be repeated', each, [])
    .option('--name <name>', 'name of the run: its folder is <runs>/<name>')
    .option('--seed <number>', 'short for --set seed=<number>')
    .option('--runs <folder>', 'folder of the run folders', 'runs')
    .option('--again', 'let finished stages run again where what they were made from has changed; replaces their files')
    .option('--dry-run', 'print the resolved configuration and run nothing');
  if (configHelp !== undefined) command.addHelpText('after', `\n${configHelp}`);
  return command;
}

/** As commander says it of verbs without a default. */
export function unknownVerb(command: Command, verb: string): RaRftError {
  const verbs = command.commands.map((one) => one.name());
  const nearest = nearestName(verb, verbs);
  return new RaRftError({
    code: 'usage',
    message: `unknown command '${verb}'`,
    where: command.name(),
    expected: verbs.join(', '),
    ...(nearest !== undefined && { hint: `Did you mean ${nearest}?` }),
  });
}
