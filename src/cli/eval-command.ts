/** The verb `eval`: the arms of a run up to their last evaluation, or with --policy one policy on data files. */
import { RaRftError } from '../core/errors.js';
import { withRunOptions, type Build } from './build.js';
import type { EvalPolicyOptions } from './eval.js';
import type { RunOptions } from './run-options.js';

const onePolicy = [
  'model',
  'data',
  'k',
  'temperature',
  'maxTokens',
  'traceFrom',
  'corpus',
  'traces',
  'out',
  'limit',
] as const;
const aRun = ['quick', 'name', 'dryRun'] as const;

type EvalOptions = RunOptions & Partial<EvalPolicyOptions>;

export function addEval({ program, configHelp, context }: Build): void {
  const command = program
    .command('eval')
    .description(
      'Run up to the last evaluation of all arms; or, with --policy, evaluate one policy on data files (docs/evaluation.md).',
    );
  withRunOptions(command, configHelp)
    .option(
      '--policy <where>',
      'a model folder, embedded, or http://host:port/v1; --preset then names the data: aime24, ...',
    )
    .option('--model <name>', 'model on that server')
    .option('--data <files>', 'data files or hf://datasets/owner/name/folder, with commas between; NAME=FILE names one')
    .option('--k <number>', 'short for --set eval.k=<number>: samples of each problem')
    .option('--temperature <number>', 'short for --set eval.generation.temperature=<number>')
    .option('--max-tokens <number>', 'short for --set eval.generation.maxTokens=<number>: longest answer')
    .option('--trace-from <where>', 'a retriever folder (runs/NAME/retriever/learned), bm25, random or none')
    .option('--corpus <file>', 'solved problems that traces are taken from')
    .option('--traces <number>', 'traces of a prompt, best first; 1 where it is not given')
    .option('--out <folder>', 'folder of the evaluation; evals/<policy> where it is not given')
    .option('--limit <number>', 'first problems of each file')
    .action(async (options: EvalOptions) => {
      const { policy } = options;
      refuseOptions(options, policy === undefined ? onePolicy : aRun, policy === undefined);
      if (policy !== undefined) {
        const { evalPolicy } = await import('./eval.js');
        await evalPolicy({ ...options, policy }, context());
        return;
      }
      const { runVerb } = await import('./run.js');
      await runVerb('eval', options, context());
    });
}

/** An option that would do nothing is a mistake. */
function refuseOptions(options: EvalOptions, names: readonly (keyof EvalOptions)[], ofPolicy: boolean): void {
  const given = names.find((name) => options[name] !== undefined);
  if (given === undefined) return;
  const option = `--${given.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  throw new RaRftError({
    code: 'usage',
    message: ofPolicy
      ? `${option} says something of one policy, and --policy names none`
      : `${option} is of a run, and --policy is of none`,
    where: option,
    expected: ofPolicy ? '--policy with a model folder or http://host:port/v1' : 'either of the two',
  });
}
