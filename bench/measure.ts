/** What a benchmark reports, and how time is taken. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeJsonAtomic } from '../src/core/files.js';

export interface Measure {
  measure: string;
  value: number;
  unit: string;
}

/** A benchmark: yields measures as they are made. */
export type Benchmark = (options: BenchmarkOptions) => AsyncIterable<Measure>;

/** What a benchmark's module exports. */
export interface BenchmarkModule {
  benchmark: Benchmark;
  /** Names that `--only` takes. */
  partNames: (options: { smoke: boolean }) => readonly string[];
}

export interface BenchmarkOptions {
  /** Tiny sizes, to see that everything runs; the numbers mean nothing. */
  smoke: boolean;
  threads: number;
  /** Parts to run; all where empty. */
  only: readonly string[];
  /** Python with the peers' packages, for benchmarks that run a peer beside ours. */
  python: string | undefined;
  /** Folder for what is done, so that a long benchmark that was stopped goes on. */
  keep: string | undefined;
  /** Folder of a model, for benchmarks that take one. */
  model: string | undefined;
  /** Folder of a finished run, for benchmarks that look at one. */
  run: string | undefined;
}

/** Median seconds of `rounds` calls after one that warms up. */
export async function medianSeconds(rounds: number, work: () => Promise<unknown>): Promise<number> {
  return (await sortedSeconds(rounds, work))[rounds >> 1]!;
}

/** Seconds of the fastest of `rounds` calls: what the machine can do, for peaks. */
export async function fastestSeconds(rounds: number, work: () => Promise<unknown>): Promise<number> {
  return (await sortedSeconds(rounds, work))[0]!;
}

async function sortedSeconds(rounds: number, work: () => Promise<unknown>): Promise<number[]> {
  await work();
  const times: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const start = performance.now();
    await work();
    times.push((performance.now() - start) / 1000);
  }
  return times.toSorted((a, b) => a - b);
}

/** Largest resident memory of this process so far, in gigabytes. */
export function peakGigabytes(): number {
  return process.resourceUsage().maxRSS / 1e6;
}

/** A part of a benchmark by its name: as it is kept in `folder`, or made, and kept where there is a folder. */
export async function kept<T>(folder: string | undefined, name: string, make: () => Promise<T>): Promise<T> {
  if (folder === undefined) return make();
  const path = join(folder, `${name}.json`);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text !== undefined) return JSON.parse(text) as T;
  const value = await make();
  await writeJsonAtomic(path, value);
  return value;
}

/** Four significant digits: more would only show noise. */
export function rounded({ measure, value, unit }: Measure): Measure {
  return { measure, value: Number(value.toPrecision(4)), unit };
}
