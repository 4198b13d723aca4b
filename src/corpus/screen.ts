/** The checks that come before any trace is written: faults of the input, overlap with benchmarks and queries, duplicates. */
import {
  MinHasher,
  NgramIndex,
  TwinIndex,
  type Reading,
  type RecordLine,
  type Sketch,
  type Twin,
} from '../data/index.js';
import { Places } from './places.js';
import { solvedProblem } from './solved-problem.js';
import type { Rejected, SolvedProblem } from './types.js';

/** A question that a corpus must not hold, and its name for reports. */
export interface NamedQuestion {
  name: string;
  question: string;
}

export interface ScreenOptions {
  reading: Reading;
  /** Problems of benchmarks: sharing `ngramWords` consecutive words with one is too much. */
  benchmark: Iterable<NamedQuestion>;
  ngramWords: number;
  /** Queries whose twins are removed. */
  queries: Iterable<NamedQuestion>;
  /** Jaccard similarity from which two problems are twins. */
  nearDuplicate: number;
  seed: number;
}

/** A problem that passed. */
export interface Passed {
  problem: SolvedProblem;
  where: string;
  /** Of its question. */
  sketch: Sketch;
}

/** Screens records in their order. Holds what was kept, compactly. */
export class Screen {
  /** Questions of the kept traces, by trace id. */
  readonly kept: TwinIndex;
  private readonly reading: Reading;
  private readonly benchmark: NgramIndex;
  private readonly queries: TwinIndex;
  private readonly hasher: MinHasher;
  private readonly places = new Places();

  constructor(options: ScreenOptions) {
    this.reading = options.reading;
    this.hasher = new MinHasher(options.seed);
    this.benchmark = new NgramIndex(options.ngramWords);
    this.queries = new TwinIndex(options.nearDuplicate);
    this.kept = new TwinIndex(options.nearDuplicate);
    for (const { name, question } of options.benchmark) this.benchmark.add(name, question);
    for (const { name, question } of options.queries) {
      this.queries.add(name, this.hasher.sketch(question));
    }
  }

  /** Everything that can be said of a record by itself. Ids count from the first record that has them, kept or not. */
  read(line: RecordLine): Passed | Rejected {
    const { where } = line;
    const problem = solvedProblem(line, this.reading);
    if ('reason' in problem) return problem;
    const { id, question } = problem;
    const about = { where, id, question };
    const earlier = this.places.get(id);
    if (earlier !== undefined) return { ...about, reason: 'duplicate-id', detail: `id ${id} is that of ${earlier}` };
    this.places.set(id, where);
    const shared = this.benchmark.find(question);
    if (shared) return { ...about, reason: 'benchmark-overlap', detail: `${shared.of}: "${shared.words}"` };
    const sketch = this.hasher.sketch(question);
    const query = this.queries.find(sketch);
    if (query) return { ...about, reason: 'query-overlap', detail: likeness(query) };
    return { problem, where, sketch };
  }

  /** Kept problems that a question repeats, the most similar first. */
  twinsOf(question: string): Twin[] {
    return this.kept.findAll(this.hasher.sketch(question));
  }

  /** Takes note of a record whose outcome is known from an earlier attempt. */
  recall(where: string, outcome: { id?: string; keptQuestion?: string }): void {
    const { id, keptQuestion } = outcome;
    if (id !== undefined && this.places.get(id) === undefined) this.places.set(id, where);
    if (keptQuestion !== undefined) this.kept.add(id ?? '', this.hasher.sketch(keptQuestion));
  }
}

/** A passed problem that repeats a kept one. */
export function duplicate({ problem, where }: Passed, twin: Twin): Rejected {
  const about = { where, id: problem.id, question: problem.question };
  return { ...about, reason: twin.exact ? 'duplicate' : 'near-duplicate', detail: likeness(twin) };
}

function likeness({ of, similarity, exact }: Twin): string {
  return exact ? `the same as ${of}` : `${of}, similarity ${similarity.toFixed(2)}`;
}
