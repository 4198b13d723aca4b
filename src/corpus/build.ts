/**
 * From solved problems to a corpus of traces (stage 0 of the paper): read, screen, make traces, write. Streams: what it holds
 * of a record afterwards is what later duplicates are found by.
 */
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { RaRftError } from '../core/errors.js';
import { removeLeftoversOf } from '../core/files.js';
import { hashFile } from '../core/hash-file.js';
import { hashJson } from '../core/hash.js';
import { silent } from '../core/progress.js';
import { takeFolderLock } from '../core/run-lock.js';
import {
  countRecords,
  foreignFields,
  readRecords,
  type Problem,
  type Reading,
  type RecordLine,
} from '../data/index.js';
import { ReplyTally } from '../llm/index.js';
import type { BuildOptions } from './build-options.js';
import { finishCorpus } from './finish.js';
import { Journal } from './journal.js';
import type { TraceMaking } from './make-trace.js';
import { corpusPaths } from './paths.js';
import { SUMMARY_VERSION, TYPE_VERSION } from './prompts.js';
import { readQuestions } from './questions.js';
import { Screen } from './screen.js';
import { settleBatch } from './settle.js';
import { corpusReading, solvedProblem } from './solved-problem.js';
import type { CorpusSummary } from './summary.js';
import { inputFaults, type Outcome } from './types.js';

/** Records screened and made into traces together. */
const BATCH_RECORDS = 256;

/**
 * Builds the corpus in `out`, or goes on where an earlier attempt stopped; killed and started again it gives the same bytes.
 * A finished corpus of the same build is returned as it is. Throws `run-folder` where the folder holds another corpus, `data`
 * at the first fault with `strict`, `io`, `budget` at the limit of money or calls, and `llm` where the language model cannot
 * be asked any more.
 */
export async function buildCorpus(options: BuildOptions): Promise<CorpusSummary> {
  const paths = corpusPaths(options.out);
  const lock = await takeFolderLock(paths.lock);
  try {
    for (const path of [paths.summary, paths.exclude]) await removeLeftoversOf(path);
    const build = await buildKey(options);
    const finished = await readSummary(options.out);
    if (finished?.build === build) {
      await rm(paths.journal, { force: true }); // a kill may have come after the summary
      return finished;
    }
    if (finished) throw otherCorpus(paths.summary);
    await refuseForeignFiles(options.out);
    const reading = corpusReading(options.config);
    const queries = await readQuestions(options.queries, reading);
    const records = new Map<string, number>();
    for (const path of options.inputs) {
      records.set(path, await countRecords(path));
      await refuseForeign(path, reading, records.get(path) ?? 0);
    }
    const batch = Math.max(BATCH_RECORDS, options.llm?.parallel ?? 1);
    const journal = await Journal.open(paths.journal, build, batch);
    let screen: Screen;
    try {
      screen = await openScreen(options, reading, queries);
      const total = [...records.values()].reduce((a, b) => a + b, 0);
      await decideAll(options, { reading, screen, journal, batch, total });
    } finally {
      await journal.close();
    }
    const inputs = [...records].map(([path, count]) => ({ path, records: count }));
    const summary = await finishCorpus(options, {
      build,
      inputs,
      queries,
      journal,
      twinsOf: (question) => screen.twinsOf(question),
      traces: tracesBy(options),
    });
    await rm(paths.journal, { force: true });
    return summary;
  } finally {
    await lock.release();
  }
}

/** The summary of a finished corpus; undefined where the folder holds none. */
export async function readSummary(folder: string): Promise<CorpusSummary | undefined> {
  const text = await readFile(corpusPaths(folder).summary, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? undefined : (JSON.parse(text) as CorpusSummary);
}

/**
 * Takes away what a build has written, so that it can be made anew. Replies of the language model and downloads stay. Throws
 * `run-folder` where files of these names are of somebody else.
 */
export async function discardCorpus(folder: string): Promise<void> {
  const { summary, journal, corpus, rejected, exclude } = corpusPaths(folder);
  await refuseForeignFiles(folder);
  for (const path of [summary, journal, corpus, rejected, exclude]) await rm(path, { force: true });
}

/**
 * Files under the names of a corpus are only ours where a summary or a journal of a build stands beside them. Throws
 * `run-folder` where they are not: they would be overwritten.
 */
async function refuseForeignFiles(folder: string): Promise<void> {
  const { summary, journal, corpus, rejected, exclude } = corpusPaths(folder);
  if ((await readSummary(folder))?.build !== undefined || (await Journal.isOne(journal))) return;
  for (const path of [summary, journal, corpus, rejected, exclude]) {
    if (!existsSync(path)) continue;
    throw new RaRftError({
      code: 'run-folder',
      message: `${path} was not written by a build of a corpus`,
      where: path,
      expected: 'a folder that is new, empty, or of an earlier build',
      hint: 'Name another folder with --out, or move the file away.',
    });
  }
}

/** What {@link decideAll} works with. */
interface Work {
  reading: Reading;
  screen: Screen;
  journal: Journal;
  batch: number;
  total: number;
}

async function decideAll(options: BuildOptions, { reading, screen, journal, batch, total }: Work): Promise<void> {
  const { strict, progress = silent } = options;
  let kept = 0;
  for await (const line of journal.lines()) {
    if (strict) refuseFault(line);
    screen.recall(line.where, memoryOf(line));
    if ('kept' in line) kept++;
  }
  const tally = new ReplyTally({ wanted: 'trace or type', things: 'records' });
  if (kept > 0) tally.add();
  const making = { ...traceMaking(options), tally };
  const task = progress.task('corpus', total, 'records', journal.decided);
  let at = 0;
  let waiting: RecordLine[] = [];
  const settle = async () => {
    const outcomes = await settleBatch(waiting, screen, making);
    if (strict) for (const outcome of outcomes) refuseFault(outcome);
    await journal.append(outcomes.map((outcome, i) => ({ where: waiting[i]!.where, ...outcome })));
    kept += outcomes.filter((outcome) => 'kept' in outcome).length;
    waiting = [];
    task.update(at, `${kept} kept`);
  };
  for await (const line of readAll(options, reading)) {
    at++;
    if (at <= journal.decided) continue;
    waiting.push(line);
    if (waiting.length === batch) await settle();
  }
  if (waiting.length > 0) await settle();
  task.end(`${kept} kept`);
}

/** A file without a record that could ever be used has other fields than was said: better told before any work. */
async function refuseForeign(path: string, reading: Reading, records: number): Promise<void> {
  if (records === 0) {
    throw new RaRftError({ code: 'data', message: 'the file is empty', where: path, expected: 'at least one record' });
  }
  const isGood = (record: Record<string, unknown>) =>
    !('reason' in solvedProblem({ where: path, line: 0, record }, reading));
  const error = await foreignFields(path, reading, { needed: ['solution'], isGood });
  if (error) throw error;
}

/** What the screen needs to know of a record that was decided before. */
function memoryOf(outcome: Outcome): { id?: string; keptQuestion?: string } {
  if ('kept' in outcome) return { id: outcome.kept.id, keptQuestion: outcome.kept.question };
  return outcome.rejected.id === undefined ? {} : { id: outcome.rejected.id };
}

async function* readAll({ inputs, config }: BuildOptions, reading: Reading): AsyncGenerator<RecordLine> {
  const fields = [...new Set([...Object.values(reading.fields), ...reading.answers])];
  const options = { maxLineBytes: config.maxLineMegabytes * 2 ** 20, fields };
  for (const path of inputs) yield* readRecords(path, options);
}

async function openScreen(options: BuildOptions, reading: Reading, queries: readonly Problem[]): Promise<Screen> {
  const { exclude, config, seed } = options;
  const benchmark = await readQuestions(exclude, reading);
  return new Screen({
    reading,
    benchmark: benchmark.map(({ where, question }) => ({ name: where, question })),
    ngramWords: config.ngramWords,
    queries: config.queryOverlap === 'remove' ? queries.map(({ id, question }) => ({ name: id, question })) : [],
    nearDuplicate: config.nearDuplicate,
    seed,
  });
}

function traceMaking({ verifier, llm, config }: BuildOptions): TraceMaking {
  return {
    verifier,
    ...(llm && { llm }),
    ...(config.drawings === 'drop' && { dropDrawings: true }),
    ...(config.traces === 'summary' && { summaryTokens: config.maxSummaryTokens }),
    ...(config.typing === 'llm' && { typeList: config.typeList }),
  };
}

function tracesBy({ config, llm }: BuildOptions): string {
  return config.traces === 'raw' ? 'raw' : `${SUMMARY_VERSION} by ${llm?.model}`;
}

/** Hash of all that the files of the corpus depend on. */
async function buildKey(options: BuildOptions): Promise<string> {
  const { inputs, exclude, queries, config, seed, verifier, llm } = options;
  const files: [string, string][] = [];
  for (const path of [...inputs, ...exclude, ...queries]) files.push([path, await hashFile(path)]);
  const counts = [inputs.length, exclude.length, queries.length];
  const model = llm && [llm.model, SUMMARY_VERSION, TYPE_VERSION];
  return hashJson([config, seed, verifier.name, model ?? null, counts, files]);
}

function refuseFault(outcome: Outcome): void {
  if (!('rejected' in outcome) || !inputFaults.includes(outcome.rejected.reason)) return;
  const { where, detail } = outcome.rejected;
  const hint = 'Mend or remove the line, or leave --strict out to set such lines aside and go on.';
  throw new RaRftError({ code: 'data', message: detail, where, hint });
}

function otherCorpus(where: string): RaRftError {
  return new RaRftError({
    code: 'run-folder',
    message: 'the folder holds a corpus of other files or of another configuration',
    where,
    hint: 'Give another --out, or --redo to make this one anew (replies of the language model are kept).',
  });
}
