/** `ra-rft judge`: labels of a run, their audit, their statistics. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { stringify } from 'yaml';
import { RaRftError } from '../core/errors.js';
import { JsonlWriter, readJsonlAll } from '../core/jsonl.js';
import { Rng } from '../core/rng.js';
import { writeJsonl } from '../data/index.js';
import {
  answersOf,
  compareJudges,
  drawAudit,
  HUMAN_LABELS,
  judgePrompt,
  labelStats,
  PERSON,
  standingAnswers,
  worstDisagreements,
  type AuditItem,
  type HumanLabel,
  type Label,
} from '../judge/index.js';
import { leftOutLabelsText, pairFacts, readJudgedRun, type JudgedRun } from '../pipeline/index.js';
import type { CliContext } from './context.js';
import { askPerson } from './judge-ask.js';
import { agreementText, disagreementText, statsText } from './judge-text.js';
import type { RunOptions } from './run-options.js';
import { runVerb } from './run.js';
import { refuseExisting } from './outputs.js';
import { shellWord } from './shell-word.js';
import { wholeNumber } from './whole-number.js';

export interface JudgeRunOptions extends RunOptions {
  judge?: string;
  problems?: string;
  corpus?: string;
  maxUsd?: string;
  maxCalls?: string;
}

/** Runs up to the labels. The short options become `--set`. */
export async function judgeRunVerb(options: JudgeRunOptions, context: CliContext): Promise<void> {
  const { judge, problems, corpus, maxUsd, maxCalls, ...rest } = options;
  const values = {
    'labels.judge': judge,
    'data.source': (problems ?? corpus) ? 'files' : undefined,
    'data.problems.path': problems,
    'data.corpus.path': corpus && (isFolder(corpus) ? join(corpus, 'corpus.jsonl') : corpus),
    'llm.maxUsd': maxUsd,
    'llm.maxCalls': maxCalls,
  };
  const set = Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`]));
  await runVerb('judge', { ...rest, set: [...rest.set, ...set] }, context);
}

export interface JudgeAuditOptions {
  against: string[];
  sample?: string;
  out?: string;
  ask?: string;
  examples: string;
  seed: string;
}

/** Draws a sample, asks here, or compares; what was answered before takes part in every comparison. */
export async function judgeAuditVerb(root: string, options: JudgeAuditOptions, context: CliContext): Promise<void> {
  const run = await readJudgedRun(root);
  tellLeftOut(run, context);
  const rng = Rng.fromSeed(wholeNumber('--seed', options.seed, 0));
  const answersFile = join(root, 'audit-answers.jsonl');
  const draw = (option: string, text: string) =>
    drawAudit(
      run.labels,
      { problems: run.problems, traces: run.corpus },
      { count: wholeNumber(option, text, 1), rng: rng.fork('audit') },
    );
  if (options.sample !== undefined) {
    const file = options.out ?? join(root, 'audit-sample.jsonl');
    await refuseExisting(file, '--out', 'It may hold answers of a person; name a new file.');
    const items = draw('--sample', options.sample);
    await writeJsonl(file, items);
    context.out(`${file}: ${items.length} pairs. Fill "relevant" with true or false, then run`);
    context.out(`  ra-rft judge audit ${shellWord(root)} --against ${shellWord(file)}`);
    return;
  }
  if (options.ask !== undefined) await ask(draw('--ask', options.ask), answersFile, context);
  const own = [answersFile, join(root, HUMAN_LABELS)].filter((file) => existsSync(file));
  const files = [...options.against.filter((file) => !own.includes(file)), ...own];
  if (files.length === 0) {
    throw new RaRftError({
      code: 'usage',
      message: 'there is nothing to compare the labels with',
      where: '--against',
      expected: 'labels of another judge, or a filled sample; --sample or --ask to make one',
    });
  }
  for (const file of files)
    await compare(run, file, { rng, examples: wholeNumber('--examples', options.examples, 0) }, context);
}

export interface JudgeStatsOptions {
  examples: string;
}

export async function judgeStatsVerb(root: string, options: JudgeStatsOptions, context: CliContext): Promise<void> {
  const examples = wholeNumber('--examples', options.examples, 0);
  const run = await readJudgedRun(root);
  tellLeftOut(run, context);
  const facts = await pairFacts(run, context.progress);
  context.out(statsText(labelStats(run.labels, facts, examples), facts, run));
}

/** Labels that nothing may be learnt from are in no figure; how many says a line. */
function tellLeftOut({ leftOut }: JudgedRun, context: CliContext): void {
  const text = leftOutLabelsText(leftOut);
  if (text !== undefined) context.progress.line(text);
}

export function judgePromptVerb(context: CliContext): void {
  const { version, ...texts } = judgePrompt;
  context.out(`# The built-in prompt ${version}. Texts that a file leaves out are these.`);
  context.out(stringify(texts, { lineWidth: 0, blockQuote: 'literal' }));
}

/** Asks for those that are not answered yet, and keeps each answer at once. */
async function ask(items: readonly AuditItem[], file: string, context: CliContext): Promise<void> {
  const writer = await JsonlWriter.open(file);
  const terminal = createInterface({ input: process.stdin });
  try {
    const known = new Set((await readJsonlAll<AuditItem>(file)).map((item) => item.key));
    const open = items.filter((item) => !known.has(item.key));
    await askPerson(open, { lines: terminal, out: (text) => context.out(text), keep: (item) => writer.append(item) });
  } finally {
    terminal.close();
    await writer.close();
  }
}

async function compare(
  run: JudgedRun,
  file: string,
  { rng, examples }: { rng: Rng; examples: number },
  context: CliContext,
): Promise<void> {
  const other = await readOtherLabels(file);
  context.out(agreementText(compareJudges(run.labels, other, { rng: rng.fork(file) }), file));
  for (const found of worstDisagreements(run.labels, other, examples)) context.out(disagreementText(found, run));
}

/** Labels of a judge, or what a person has filled in. */
async function readOtherLabels(file: string): Promise<Label[]> {
  const lines = await readJsonlAll<Label | AuditItem | HumanLabel>(file);
  const isHuman = (line: Label | AuditItem | HumanLabel): line is HumanLabel => 'who' in line;
  return [...lines.filter((line) => !isHuman(line)), ...standingAnswers(lines.filter(isHuman))].flatMap((line) =>
    line.judge === PERSON && 'relevant' in line ? answersOf([line as AuditItem | HumanLabel]) : [line as Label],
  );
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}
