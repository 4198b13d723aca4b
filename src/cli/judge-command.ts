/** Declares `ra-rft judge run | audit | stats | success | prompt`; without one of them, `judge` is `judge run`. */
import { unknownVerb, withRunOptions, type Build } from './build.js';
import type { JudgeSuccessOptions } from './judge-success.js';
import type { JudgeAuditOptions, JudgeRunOptions, JudgeStatsOptions } from './judge.js';

export function addJudge({ program, configHelp, context }: Build): void {
  const judge = program
    .command('judge')
    .description('Run up to the relevance labels; audit them, count them (docs/judging.md).');
  withRunOptions(judge.command('run', { isDefault: true }), configHelp)
    .description('Label pairs of problems and traces. Goes on where an earlier attempt stopped.')
    .option('--judge <name>', 'short for --set labels.judge=<name>: utility, llm or truth')
    .option('--problems <file>', 'problems of your own, as data.problems.path')
    .option('--corpus <path>', 'corpus of your own, as data.corpus.path: a file, or a folder of ra-rft corpus build')
    .option(
      '--max-usd <number>',
      'short for --set llm.maxUsd=<number>: spend at most so much, earlier attempts counted',
    )
    .option(
      '--max-calls <number>',
      'short for --set llm.maxCalls=<number>: make at most so many calls, earlier attempts counted',
    )
    .usage('[options]')
    .argument('[verb]') // being the default, it also gets what was meant as the name of another verb
    .action(async (verb: string | undefined, options: JudgeRunOptions) => {
      if (verb !== undefined) throw unknownVerb(judge, verb);
      const { judgeRunVerb } = await import('./judge.js');
      await judgeRunVerb(options, context());
    });
  judge
    .command('audit')
    .description('Draw a blind sample for a person; compare judges with each other and with the person.')
    .argument('<run>', 'run folder with labels')
    .option(
      '--against <files...>',
      'labels of another judge (its labels.jsonl), or a sample that a person has filled',
      [],
    )
    .option('--sample <number>', 'write so many pairs, without their labels, to be filled by a person')
    .option('--out <file>', 'where the sample goes; <run>/audit-sample.jsonl by default')
    .option('--ask <number>', 'show so many pairs here and ask; the answers are kept in <run>/audit-answers.jsonl')
    .option('--examples <number>', 'worst disagreements to show', '3')
    .option('--seed <number>', 'seed of sample and intervals', '1')
    .action(async (run: string, options: JudgeAuditOptions) => {
      const { judgeAuditVerb } = await import('./judge.js');
      await judgeAuditVerb(run, options, context());
    });
  judge
    .command('stats')
    .description('Count labels; how relevance relates to type, BM25 rank and length.')
    .argument('<run>', 'run folder with labels')
    .option('--examples <number>', 'examples of similar but useless, and of dissimilar but useful pairs', '2')
    .action(async (run: string, options: JudgeStatsOptions) => {
      const { judgeStatsVerb } = await import('./judge.js');
      await judgeStatsVerb(run, options, context());
    });
  judge
    .command('success')
    .description('Sample answers with and without traces: do the scores of labels predict that a problem is solved?')
    .argument('<run>', 'run folder with labels that have scores')
    .option('--problems <number>', 'problems drawn', '40')
    .option('--traces <number>', 'traces of each, from the best by score to the worst', '4')
    .option('--samples <number>', 'answers for each prompt', '8')
    .action(async (run: string, options: JudgeSuccessOptions) => {
      const { judgeSuccessVerb } = await import('./judge-success.js');
      await judgeSuccessVerb(run, options, context());
    });
  judge
    .command('prompt')
    .description('Print the built-in prompt as YAML, to start from for labels.llm.promptFile.')
    .action(async () => {
      const { judgePromptVerb } = await import('./judge.js');
      judgePromptVerb(context());
    });
}
