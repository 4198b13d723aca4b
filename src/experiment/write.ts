/** tables.json, tables.md and tables.html: made from what all seeds of an experiment have finished, each file written whole. */
import { join } from 'node:path';
import { resolveConfig } from '../config/index.js';
import { writeFileAtomic, writeJsonAtomic } from '../core/files.js';
import { Rng } from '../core/rng.js';
import { reportHtml, reportMarkdown } from '../report/index.js';
import { experimentReport } from './blocks.js';
import { MeasureReader, type SeedMeasures } from './measures.js';
import { experimentResults, type ExperimentResults } from './results.js';
import { keptRuns, type BaseConfig } from './seed-runs.js';

export interface TableFiles {
  json: string;
  markdown: string;
  html: string;
}

export interface TableSource {
  /** Folder of the experiment: seed-1, seed-2, ... and the tables. */
  root: string;
  preset: string;
  /** Of ra-rft. */
  version: string;
  base: BaseConfig;
}

export function tableFiles(root: string): TableFiles {
  return { json: join(root, 'tables.json'), markdown: join(root, 'tables.md'), html: join(root, 'tables.html') };
}

/** Writes the tables again and again while an experiment runs; reads each finished arm once. */
export class TableWriter {
  private readonly reader = new MeasureReader();

  private readonly source: TableSource;
  private last: Promise<unknown> = Promise.resolve();

  constructor(source: TableSource) {
    this.source = source;
  }

  /** Writes all three files, after those that are being written. Same finished arms, same bytes. */
  write(): Promise<ExperimentResults> {
    const written = this.last.then(() => this.writeNow());
    this.last = written.catch(() => undefined); // whoever asked for it is told
    return written;
  }

  private async writeNow(): Promise<ExperimentResults> {
    const { root, preset, version, base } = this.source;
    const runs = await keptRuns(root);
    const seeds: SeedMeasures[] = [];
    for (const run of runs) seeds.push(await this.reader.read(run.root, run.config));
    const { eval: evaluation, rl } = runs[0]?.config ?? resolveConfig(base);
    const results = experimentResults({
      version,
      preset,
      k: evaluation.k,
      steps: rl.steps,
      resamples: evaluation.bootstrapSamples,
      seeds,
      rng: Rng.fromSeed('tables'),
    });
    const report = experimentReport(results);
    const files = tableFiles(root);
    await writeJsonAtomic(files.json, results);
    await writeFileAtomic(files.markdown, reportMarkdown(report));
    await writeFileAtomic(files.html, reportHtml(report));
    return results;
  }
}
