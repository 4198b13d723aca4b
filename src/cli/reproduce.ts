/** `ra-rft reproduce`: the paper's tables and figures, over seeds. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { durationText } from '../core/terminal-progress.js';
import { movedKeys, resolveConfig } from '../config/index.js';
import { RaRftError } from '../core/errors.js';
import {
  basePreset,
  experimentKeys,
  claimsTable,
  neededArms,
  reproduce,
  resultTable,
  selectionOf,
  tableFiles,
  tableTitle,
  type ExperimentResults,
  type Selection,
} from '../experiment/index.js';
import { formatTable } from '../report/index.js';
import type { CliContext } from './context.js';
import { packageVersion } from './version.js';
import { wholeNumber } from './whole-number.js';

export interface ReproduceVerbOptions {
  table: string[];
  figure: string[];
  preset?: string;
  config?: string;
  seeds: string;
  jobs?: string;
  budget?: string;
  runs: string;
  set: string[];
}

/** Runs what is asked for as far as the budget allows, and prints its tables. */
export async function reproduceVerb(options: ReproduceVerbOptions, context: CliContext): Promise<void> {
  const selection = selectionOf(options.table, options.figure);
  const seeds = wholeNumber('--seeds', options.seeds, 1);
  const { name, base, jobs } = baseOf(options);
  const root = join(options.runs, `reproduce-${name}`);
  const started = performance.now();
  for (const text of movedKeys({ file: options.config, set: options.set })) context.progress.line(`warning: ${text}`);
  const { results, arms, done, failures } = await reproduce({
    root,
    preset: name,
    version: packageVersion(),
    selection,
    seeds,
    base,
    jobs: options.jobs === undefined ? jobs : wholeNumber('--jobs', options.jobs, 1),
    ...(options.budget !== undefined && { budgetMs: 60_000 * minutes(options.budget) }),
    progress: context.progress,
    ...(context.quiet === true && { onPosition: () => {} }),
  });
  context.out(resultsText(results, selection));
  const took = durationText(performance.now() - started);
  if (done === arms) context.out(`All ${arms} arms are done; this attempt took ${took}.`);
  else {
    const budget = failures.length === 0 ? `The budget of ${options.budget} minutes is used: ` : '';
    context.out(`${budget}${done} of ${arms} arms are done. The same command goes on with the others.`);
  }
  const { html, markdown, json } = tableFiles(root);
  context.out(`tables: ${html}\n        ${markdown}\n        ${json}`);
  for (const { seed, arm } of failures)
    context.out(`arm ${arm} of seed ${seed} diverged; nothing of it is in the tables`);
  if (failures[0]) throw failures[0].error;
}

/** What the runs are made from. A model of the user's own may fill the machine: its seeds run one after the other. */
function baseOf({ preset, config: file, set }: ReproduceVerbOptions) {
  if (file !== undefined) {
    const base = { preset, file, set };
    return { name: resolveConfig(base).name, base, jobs: 1 };
  }
  const name = preset ?? 'world';
  return {
    name,
    base: { preset: basePreset(name), set: [...experimentKeys, ...set] },
    jobs: availableParallelism(),
  };
}

/** The tables that were asked for, and what can be said of the orderings of their arms. */
function resultsText(results: ExperimentResults, selection: Selection): string {
  const shown = results.tables.filter(({ table }) => selection.tables.includes(table));
  const arms = new Set(neededArms(selection));
  const claims = results.claims.filter(
    ({ status, more, less }) => status === 'measured' && arms.has(more.arm) && arms.has(less.arm),
  );
  const about = results.intervals === 'problems of one seed' ? ', over the problems of one seed' : '';
  const heading = `average@${results.k} in %, 95 % intervals${about}`;
  const parts = [
    ...shown.map((table) => `${tableTitle(table)} (${heading})\n${formatTable(resultTable(table, results))}`),
    ...(claims.length === 0
      ? []
      : [`The paper's orderings (paired differences in points)\n${formatTable(claimsTable({ ...results, claims }))}`]),
  ];
  return parts.map((part) => `\n${part}\n`).join('');
}

/** The budget; any number above 0. */
function minutes(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw new RaRftError({
    code: 'usage',
    message: `--budget is ${text}`,
    where: '--budget',
    expected: 'minutes, a number above 0',
  });
}
