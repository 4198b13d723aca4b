/** A corpus for people: counts, lengths, what went and why, a few traces. */
import { RaRftError } from '../core/errors.js';
import { readJsonl } from '../core/jsonl.js';
import { Rng } from '../core/rng.js';
import type { Trace } from '../data/index.js';
import { readSummary } from './build.js';
import { corpusPaths } from './paths.js';
import { Reservoir } from './reservoir.js';
import type { CorpusSummary, Lengths, QuerySummary } from './summary.js';
import { inputFaults, rejectReasons, type RejectReason } from './types.js';

export interface InspectOptions {
  /** Random traces to show. */
  traces: number;
  seed: number;
  /** Characters of a question or trace that are shown. */
  maxCharacters?: number;
}

/** The text of `ra-rft corpus inspect`. Throws `data` where the folder holds no finished corpus. */
export async function inspectCorpus(folder: string, options: InspectOptions): Promise<string> {
  const summary = await readSummary(folder);
  const paths = corpusPaths(folder);
  if (!summary) {
    throw new RaRftError({
      code: 'data',
      message: `${folder} holds no finished corpus`,
      where: paths.summary,
      expected: 'a folder that ra-rft corpus build has finished',
      hint: 'Run the build again: it goes on where it stopped.',
    });
  }
  const sample = new Reservoir<Trace>(options.traces, Rng.fromSeed(options.seed).fork('inspect'));
  for await (const { value } of readJsonl<Trace>(paths.corpus)) sample.add(value);
  const traces = sample.items().flatMap((trace) => traceLines(trace, options.maxCharacters ?? 600));
  return [...summaryLines(summary), ...rejectSamples(summary), ...traces].join('\n');
}

/** Counts and lengths, one fact a line. */
export function summaryLines(summary: CorpusSummary): string[] {
  const { records, kept, faults, types, lengths, queries } = summary;
  return [
    `${n(kept)} traces of ${n(records)} records (${summary.inputs.map(({ path }) => path).join(', ')}), ${summary.traces}`,
    ...section('types', Object.entries(types)),
    ...(lengths
      ? [`lengths in ${lengths.unit}`, lengthLine('question', lengths.question), lengthLine('trace', lengths.trace)]
      : []),
    ...section('set aside', rejectedRows(summary)),
    ...(faults > 0 ? [`${n(faults)} records are faults of the input: see rejected.jsonl`] : []),
    ...(queries ? queryLines(queries) : []),
  ];
}

function rejectedRows({ rejected }: CorpusSummary): [string, number][] {
  return Object.entries(rejected).map(([reason, { count }]) => [
    `${reason}: ${rejectReasons[reason as RejectReason]}`,
    count,
  ]);
}

function rejectSamples({ rejected }: CorpusSummary): string[] {
  const shown = Object.entries(rejected).flatMap(([reason, { samples }]) => {
    const least = inputFaults.includes(reason as RejectReason) ? samples : samples.slice(0, 2);
    return least.map(({ where, detail }) => `  ${reason}  ${where}  ${oneLine(detail, 160)}`);
  });
  return shown.length === 0 ? [] : ['samples of what was set aside', ...shown];
}

function queryLines(queries: QuerySummary): string[] {
  return [
    `queries ${n(queries.queries)}: ${n(queries.excludedPairs)} traces in the exclude lists of ${n(queries.queriesWithExclusions)} of them`,
    `alarm   ${n(queries.sameAnswerQueries)} queries meet a trace of their type with their own answer (${n(queries.sameAnswerPairs)} pairs): the leak guard of a run leaves these out`,
  ];
}

function section(title: string, rows: readonly [string, number][]): string[] {
  if (rows.length === 0) return [];
  const width = Math.max(...rows.map(([, count]) => n(count).length));
  return [title, ...rows.map(([name, count]) => `  ${n(count).padStart(width)}  ${name}`)];
}

function lengthLine(name: string, { mean, p10, median, p90, max }: Lengths): string {
  const cells = [`mean ${n(mean)}`, `10 % ${n(p10)}`, `median ${n(median)}`, `90 % ${n(p90)}`, `longest ${n(max)}`];
  return `  ${name.padEnd(8)}  ${cells.join(', ')}`;
}

function traceLines({ id, type, question, trace, answer }: Trace, most: number): string[] {
  const cut = (text: string) => (text.length > most ? `${text.slice(0, most)} ...` : text);
  return ['', `--- ${id}${type === undefined ? '' : ` (${type})`}, answer ${answer}`, cut(question), '', cut(trace)];
}

function oneLine(text: string, most: number): string {
  const flat = text.replaceAll(/\s+/g, ' ');
  return flat.length > most ? `${flat.slice(0, most)} ...` : flat;
}

function n(count: number): string {
  return count.toLocaleString('en-US');
}
