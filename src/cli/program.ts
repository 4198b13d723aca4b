/** The command line's verbs and options. Each verb's module is loaded only when it is called, so that starting is fast. */
import { Command, Option } from 'commander';
import { terminalProgress } from '../core/terminal-progress.js';
import { visibleText } from '../core/visible-text.js';
import { each, withRunOptions, type Build } from './build.js';
import type { CliContext, CliStreams, GlobalOptions } from './context.js';
import type { CorpusBuildOptions, CorpusInspectOptions } from './corpus.js';
import type { DoctorOptions } from './doctor.js';
import { addEval } from './eval-command.js';
import { addExport } from './export-command.js';
import { addJudge } from './judge-command.js';
import type { ModelImportOptions } from './model.js';
import type { ModelMergeOptions } from './model-merge.js';
import { addRetriever } from './retriever-command.js';
import { addReproduce } from './reproduce-command.js';
import { addServe } from './serve-command.js';
import type { RunOptions } from './run-options.js';
import { addReport } from './report-command.js';
import type { RunVerb } from './run.js';
import type { VerifyOptions } from './verify.js';
import { packageVersion } from './version.js';
import type { WorldGenerateOptions, WorldPretrainOptions } from './world.js';

const runVerbs: Readonly<Record<Exclude<RunVerb, 'judge' | 'eval' | 'retriever'>, string>> = {
  run: 'Run everything: data, labels, retriever, the arms, evaluation, report. Goes on where an earlier attempt stopped.',
  train: 'Run up to the trained policies of all arms.',
};

export interface ProgramOptions {
  streams: CliStreams;
  /** Appended to the help of the verbs that take a configuration. */
  configHelp?: string | undefined;
}

/** The whole command line. Commander's errors are thrown, not turned into an exit. */
export function buildProgram({ streams, configHelp }: ProgramOptions): Command {
  const program = new Command('ra-rft')
    .configureOutput({
      writeOut: (text) => void streams.out.write(visibleText(text)),
      writeErr: (text) => void streams.err.write(visibleText(text)),
    })
    .description('Retrieval-Augmented Reinforcement Fine-Tuning: teach language models to reason by analogy.')
    .version(packageVersion(), '--version')
    .option('--quiet', 'no progress, only results, warnings and errors')
    .option('--verbose', 'stack traces with errors')
    .showSuggestionAfterError()
    .showHelpAfterError('(ra-rft --help lists the verbs, ra-rft VERB --help their options)')
    .enablePositionalOptions(false)
    .exitOverride();
  const build: Build = { program, configHelp, context: () => contextOf(program, streams) };
  for (const [verb, about] of Object.entries(runVerbs) as [RunVerb, string][]) addRunVerb(build, verb, about);
  for (const add of [
    addRetriever,
    addEval,
    addReport,
    addReproduce,
    addExport,
    addServe,
    addJudge,
    addCorpus,
    addInit,
    addDoctor,
    addVerify,
    addModel,
    addWorld,
  ])
    add(build);
  return program;
}

function addRunVerb({ program, configHelp, context }: Build, verb: RunVerb, about: string): void {
  const command = withRunOptions(program.command(verb).description(about), configHelp);
  if (verb === 'run')
    command.option('--open', 'show the run in the browser from its start, and go on until Ctrl-C when it has ended');
  command.action(async (options: RunOptions) => {
    const { runVerb } = await import('./run.js');
    await runVerb(verb, options, context());
  });
}

function addCorpus({ program, context }: Build): void {
  const corpus = program.command('corpus').description('Corpora of worked traces to retrieve from (docs/corpus.md).');
  corpus
    .command('build')
    .description('Make a corpus from solved problems; goes on where an earlier attempt stopped.')
    .requiredOption(
      '--input <files...>',
      'data files (JSONL, JSON, CSV, Parquet; patterns too), or hf://datasets/owner/name/folder',
    )
    .requiredOption('--out <folder>', 'folder of the corpus')
    .option('--exclude <files...>', 'benchmark files: problems that overlap with theirs are removed', [])
    .option('--queries <files...>', 'training problems: their twins are removed, or listed (corpus.queryOverlap)', [])
    .option(
      '--preset <name>',
      'short for --set corpus.preset=<name>: plain, math, gsm8k, openr1-math, numinamath, verl, trl',
    )
    .option('--field <key=name>', 'short for --set corpus.fields.<key>=<name>; may be repeated', each, [])
    .option('--traces <kind>', 'short for --set corpus.traces=<kind>: raw or summary')
    .option('--seed <number>', 'short for --set seed=<number>')
    .option('--config <file>', 'YAML file; its sections corpus and llm and its reward are used')
    .option('--set <key=value>', 'set one key; may be repeated', each, [])
    .option('--strict', 'stop at the first faulty record instead of setting it aside')
    .option('--redo', 'make the corpus anew; replies of the language model and downloads are kept')
    .action(async (options: CorpusBuildOptions) => {
      const { buildCorpusVerb } = await import('./corpus.js');
      await buildCorpusVerb(options, context());
    });
  corpus
    .command('inspect')
    .description('Show what a corpus holds: counts, lengths, what was set aside and why, random traces.')
    .argument('<folder>', 'folder of the corpus')
    .option('--traces <number>', 'random traces to show', '10')
    .option('--seed <number>', 'seed of the choice', '1')
    .action(async (folder: string, options: CorpusInspectOptions) => {
      const { inspectCorpusVerb } = await import('./corpus.js');
      await inspectCorpusVerb(folder, options, context());
    });
}

function addInit({ program, context }: Build): void {
  program
    .command('init')
    .description('Write a configuration file: the keys that are set first, each explained.')
    .argument('[file]', 'where to write it', 'ra-rft.yaml')
    .option('--preset <name>', 'start from a preset')
    .option('--data <file>', 'file or pattern with your problems; its fields are found and mapped')
    .option('--model <folder>', 'model in Hugging Face layout')
    .option('--all', 'write every key')
    .option('--force', 'overwrite an existing file')
    .action(async (file: string, options: object) => {
      const { init } = await import('./init.js');
      await init(file, options, context());
    });
}

function addDoctor({ program, context }: Build): void {
  program
    .command('doctor')
    .description('Check that this machine can run: Node, tensor runtime, cores, memory, disk, embedded model.')
    .option('--model <folder>', 'also look at this model: config, tokenizer and every weight')
    .action(async (options: DoctorOptions) => {
      const { doctor } = await import('./doctor.js');
      await doctor(options, context());
    });
}

function addVerify({ program, context }: Build): void {
  program
    .command('verify')
    .description('Judge a response against a gold answer and say why, or grade a file of them (docs/verifier.md).')
    .option('--gold <answer>', 'the right answer, bare')
    .option('--answer <response>', 'the response')
    .option('--explain', 'print every step and the rule that decided; with --input, add them to the lines')
    .option('--reward <name>', 'math, boxed, or a module (./reward.mjs)', 'math')
    .option('--question <text>', 'the question, for reward modules that read it', '')
    .option('--input <file>', 'JSONL file to grade, a line { id, gold, pred, config? }')
    .option('--out <file>', 'where the verdicts go, { id, verdict, rule, gold, answer, timeMs }; else to stdout')
    .option('--extract-only', 'lines { id, kind, text, config? } in, { id, extracted } out')
    .option('--kinds <list>', 'what to look for: latex, expression, letter; with commas between')
    .option('--decimals <number>', 'places to which a decimal is compared with what is none (6)')
    .option('--any-names', 'variables may have other names')
    .option('--no-boxed-first', '"the final answer is" wins over a box')
    .option('--no-intervals', 'a gold interval equals no inequality')
    .option('--after-thinking', 'look only at what follows </think>')
    .option('--timeout-ms <number>', 'longest time on one pair (30000; for a module 10000)')
    .option('--workers <number>', 'threads', '2')
    .action(async (options: VerifyOptions) => {
      const { verify } = await import('./verify.js');
      await verify(options, context());
    });
}

function addModel({ program, context }: Build): void {
  const model = program.command('model').description('Work on model folders.');
  const dtypes = ['float32', 'float16', 'bfloat16'];
  model
    .command('import')
    .description(
      'Make a model folder from a GGUF file (Llama, Qwen2, Qwen3), or one of a model or an encoder from the Hugging Face Hub.',
    )
    .argument('<source>', 'a .gguf file, or owner/name on the Hub (HF_TOKEN for gated models)')
    .requiredOption('--out <folder>', 'folder to write, in Hugging Face layout')
    .option('--revision <name>', 'branch, tag or commit on the Hub')
    .addOption(
      new Option('--dtype <format>', 'number format of the weights of a GGUF file').choices(dtypes).default('float32'),
    )
    .option('--tokenizer <folder>', "the model's own tokenizer files, instead of those in the GGUF file")
    .action(async (source: string, options: ModelImportOptions) => {
      const { importModel } = await import('./model.js');
      await importModel(source, options, context());
    });
  model
    .command('merge')
    .description('Make a plain model folder from an adapter (rl.lora, or one of PEFT) and its base model.')
    .argument('<adapter>', 'folder with adapter_config.json, such as policy/ra-rft/step-000100 of a run')
    .requiredOption('--out <folder>', 'folder to write, in Hugging Face layout')
    .option('--base <folder>', 'base model, in place of the one that the adapter names')
    .addOption(new Option('--dtype <format>', "number format of the weights; the base's by default").choices(dtypes))
    .action(async (adapter: string, options: ModelMergeOptions) => {
      const { mergeModel } = await import('./model-merge.js');
      await mergeModel(adapter, options, context());
    });
}

function addWorld({ program, context }: Build): void {
  const world = program
    .command('world')
    .description('The embedded world: its data and its base model (docs/world.md).');
  world
    .command('generate')
    .description('Write the problems, corpus and tests of a world as JSONL.')
    .argument('<folder>', 'folder to write')
    .option('--seed <number>', 'seed of the world', '1')
    .action(async (folder: string, options: WorldGenerateOptions) => {
      const { generateWorld } = await import('./world.js');
      await generateWorld(folder, options, context());
    });
  world
    .command('pretrain')
    .description('Pre-train the base model from random weights; goes on where an earlier attempt stopped.')
    .requiredOption('--out <folder>', 'folder to write, in Hugging Face layout')
    .option('--seed <number>', 'seed of weights and text', '1')
    .option('--steps <number>', 'training steps', '700')
    .action(async (options: WorldPretrainOptions) => {
      const { pretrainWorld } = await import('./world.js');
      await pretrainWorld(options, context());
    });
}

function contextOf(program: Command, streams: CliStreams): CliContext {
  const { quiet = false, verbose = false } = program.opts<GlobalOptions>();
  return {
    out: (text) => void streams.out.write(visibleText(text.endsWith('\n') ? text : `${text}\n`)),
    progress: terminalProgress({ stream: streams.err, quiet }),
    quiet,
    verbose,
    untilStopped: streams.untilStopped,
  };
}
