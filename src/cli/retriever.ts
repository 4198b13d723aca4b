/** `ra-rft retriever train` and `search`: a retriever by itself, without a run. */
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { RaRftError } from '../core/errors.js';
import { refuseStrangers } from '../core/owned-folder.js';
import { Retriever, type Filter, type FoundTrace, type RetrieverFigures } from '../retriever/index.js';
import type { CliContext } from './context.js';
import { wholeNumber } from './whole-number.js';

export interface RetrieverTrainOptions {
  labels: string[];
  corpus: string[];
  out: string;
  encoder: string;
  set: string[];
  seed: string;
}

export interface RetrieverSearchOptions {
  k: string;
  filter?: string;
  matches?: boolean;
  json?: boolean;
}

export async function retrieverTrainVerb(options: RetrieverTrainOptions, context: CliContext): Promise<void> {
  const { labels, corpus, encoder, out } = options;
  const { progress } = context;
  const settings = Object.fromEntries(options.set.map(settingOf));
  const seed = wholeNumber('--seed', options.seed);
  const onWarning = (text: string) => progress.line(`warning: ${text}`);
  await refuseStrangers(out); // told now, not after the training
  const checkpoints = `${resolve(out)}.training`;
  const retriever = await Retriever.train({
    labels,
    corpus,
    encoder,
    settings,
    seed,
    checkpoints,
    progress,
    onWarning,
  });
  try {
    await retriever.save(out);
    const { training, grade, withoutPositive } = retriever.report!;
    const chosen = training.best ? `weights of step ${training.best.step}` : 'weights of the last step';
    context.out(
      `${training.trainQueries} questions to train on, ${training.validationQueries} to choose the ${chosen}`,
    );
    if (withoutPositive > 0)
      context.out(`${withoutPositive} questions have no trace that helps; nothing is learnt from them`);
    context.out(grade ? gradeText(grade) : 'no question was left to grade it on (testShare)');
    context.out(`${retriever.size} traces; everything is in ${out}`);
  } finally {
    await retriever.dispose();
  }
}

export async function retrieverSearchVerb(
  folder: string,
  question: string,
  { k, filter, matches, json }: RetrieverSearchOptions,
  context: CliContext,
): Promise<void> {
  const only = filter === undefined ? undefined : filterOf(filter);
  const count = wholeNumber('--k', k, 1);
  const onWarning = (text: string) => context.progress.line(`warning: ${text}`);
  const retriever = await Retriever.open(folder, { onWarning });
  try {
    if (retriever.size === 0) {
      throw new RaRftError({
        code: 'usage',
        message: `${folder} holds an encoder and no traces`,
        where: folder,
        expected: 'a folder of ra-rft retriever train, or what Retriever.save has written',
      });
    }
    const found = await retriever.search(question, { k: count, filter: only, matches: matches === true });
    context.out(json === true ? JSON.stringify(found, null, 2) : found.map(foundText).join('\n') || 'no trace matches');
  } finally {
    await retriever.dispose();
  }
}

function gradeText({ questions, recallAt1, recallAt5, mrr, ndcgAt10 }: RetrieverFigures): string {
  const shares = Object.entries({ 'recall@1': recallAt1, 'recall@5': recallAt5, MRR: mrr, 'nDCG@10': ndcgAt10 });
  const figures = shares.map(([name, share]) => `${name} ${(100 * share).toFixed(1)} %`);
  return `on ${questions} questions that chose nothing: ${figures.join(', ')}`;
}

/** Characters of a trace that are shown. */
const SHOWN = 100;

function foundText({ rank, id, score, trace, matches = [] }: FoundTrace): string {
  const text = [trace.question, trace.trace ?? trace.text].filter(Boolean).join(' ').replaceAll(/\s+/g, ' ');
  const shown = text.length > SHOWN ? `${text.slice(0, SHOWN - 3)}...` : text;
  const pairs = matches.map(({ query, document, similarity }) => `    ${query} ~ ${document} ${similarity.toFixed(2)}`);
  return [`${rank}. ${id} (${score.toFixed(3)})  ${shown}`, ...pairs].join('\n');
}

function settingOf(text: string): [string, unknown] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at).replace(/^retriever\./, ''), parse(text.slice(at + 1)) as unknown];
  throw new RaRftError({
    code: 'usage',
    message: `--set ${text} names no value`,
    where: '--set',
    expected: 'key=value',
  });
}

function filterOf(text: string): Filter {
  try {
    return JSON.parse(text) as Filter;
  } catch (cause) {
    const expected = `JSON, such as '{"type": "algebra"}'`;
    throw new RaRftError({ code: 'usage', message: `--filter is ${text}`, where: '--filter', expected, cause });
  }
}
