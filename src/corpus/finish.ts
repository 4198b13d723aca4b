/** The last step of a build: the decisions are dealt out to corpus.jsonl and rejected.jsonl, and counted. */
import { rename, rm } from 'node:fs/promises';
import { openWhole } from '../core/closing.js';
import { writeJsonAtomic } from '../core/files.js';
import { JsonlWriter } from '../core/jsonl.js';
import { Rng } from '../core/rng.js';
import { writeJsonl, type Problem, type Twin } from '../data/index.js';
import type { BuildOptions } from './build-options.js';
import type { Journal } from './journal.js';
import { corpusPaths } from './paths.js';
import { AnswerCounts, excludeLists, querySummary } from './query-guard.js';
import { SummaryMaker, type CorpusSummary } from './summary.js';
import { openTokenCounter } from './token-count.js';

/** Lines written at a time. */
const LINES = 1000;

export interface Decided {
  build: string;
  traces: string;
  inputs: CorpusSummary['inputs'];
  queries: readonly Problem[];
  journal: Journal;
  /** Kept traces that a question repeats. */
  twinsOf: (question: string) => Twin[];
}

/** Writes the files of a corpus, summary.json last. */
export async function finishCorpus(options: BuildOptions, decided: Decided): Promise<CorpusSummary> {
  const { out, config, seed } = options;
  const paths = corpusPaths(out);
  const { build, traces, inputs, queries, journal, twinsOf } = decided;
  const maker = new SummaryMaker(await openTokenCounter(config.tokenizer), Rng.fromSeed(seed).fork('corpus-summary'));
  const answers = new AnswerCounts();
  const ids = new Set<string>();
  await openWhole(async (own) => {
    const corpus = own(await LinesFile.open(paths.corpus));
    const rejected = own(await LinesFile.open(paths.rejected));
    for await (const line of journal.lines()) {
      maker.add(line);
      if ('kept' in line) {
        await corpus.add(line.kept);
        if (queries.length > 0) {
          answers.add(line.kept);
          ids.add(line.kept.id);
        }
      } else {
        await rejected.add(line.rejected);
      }
    }
    await corpus.finish();
    await rejected.finish();
  });
  const lists = excludeLists(queries, twinsOf, ids);
  if (queries.length > 0) await writeJsonl(paths.exclude, lists);
  const summary: CorpusSummary = {
    build,
    traces,
    inputs,
    ...maker.finish(),
    queries: queries.length > 0 ? querySummary(queries, lists, answers) : null,
  };
  await writeJsonAtomic(paths.summary, summary);
  return summary;
}

/** A JSONL file that is written in pieces and is whole or absent under its name. */
class LinesFile {
  private waiting: unknown[] = [];
  private readonly path: string;
  private readonly writer: JsonlWriter;

  private constructor(path: string, writer: JsonlWriter) {
    this.path = path;
    this.writer = writer;
  }

  static async open(path: string): Promise<LinesFile> {
    await rm(`${path}.part`, { force: true });
    return new LinesFile(path, await JsonlWriter.open(`${path}.part`));
  }

  async add(value: unknown): Promise<void> {
    this.waiting.push(value);
    if (this.waiting.length === LINES) await this.flush();
  }

  close(): Promise<void> {
    return this.writer.close();
  }

  async finish(): Promise<void> {
    await this.flush();
    await this.close();
    await rename(`${this.path}.part`, this.path);
  }

  private async flush(): Promise<void> {
    await this.writer.append(...this.waiting);
    this.waiting = [];
  }
}
