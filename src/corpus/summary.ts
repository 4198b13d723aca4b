/** What a corpus holds and what went: summary.json, gathered in one pass over the outcomes. */
import { Rng } from '../core/rng.js';
import type { Trace } from '../data/index.js';
import { Reservoir } from './reservoir.js';
import type { TokenCounter } from './token-count.js';
import { inputFaults, type Outcome, type Rejected, type RejectReason } from './types.js';

/** Lengths of texts; percentiles are of the kind "at least this share is at most so long". */
export interface Lengths {
  mean: number;
  p10: number;
  median: number;
  p90: number;
  max: number;
}

/** How the corpus stands to the queries it was built for. */
export interface QuerySummary {
  queries: number;
  /** Pairs in exclude.jsonl, and the queries that have any. */
  excludedPairs: number;
  queriesWithExclusions: number;
  /** Alarm: queries for which a trace of their type that is not excluded has their own answer, and how many such pairs. */
  sameAnswerQueries: number;
  sameAnswerPairs: number;
}

/** summary.json. Same input and configuration, same bytes. */
export interface CorpusSummary {
  /** Hash of everything that the corpus depends on. */
  build: string;
  /** How the traces were made: `raw`, or the prompt's version and the model. */
  traces: string;
  inputs: { path: string; records: number }[];
  records: number;
  kept: number;
  /** Records that could not be used for a fault of the input. */
  faults: number;
  types: Record<string, number>;
  lengths: { unit: string; question: Lengths; trace: Lengths } | null;
  rejected: Partial<Record<RejectReason, { count: number; samples: Rejected[] }>>;
  queries: QuerySummary | null;
}

/** Samples of each reason that are kept for reading. */
const SAMPLES = 5;

/** Gathers a summary from outcomes in order; holds two numbers a trace. */
export class SummaryMaker {
  private readonly rejects = new Map<RejectReason, Reservoir<Rejected>>();
  private readonly types = new Map<string, number>();
  private readonly question: number[] = [];
  private readonly trace: number[] = [];
  private readonly counter: TokenCounter;
  private readonly rng: Rng;

  constructor(counter: TokenCounter, rng: Rng) {
    this.counter = counter;
    this.rng = rng;
  }

  add(outcome: Outcome): void {
    if ('kept' in outcome) this.keep(outcome.kept);
    else this.reject(outcome.rejected);
  }

  /** The gathered part of the summary. */
  finish(): Omit<CorpusSummary, 'build' | 'traces' | 'inputs' | 'queries'> {
    const rejected = Object.fromEntries(
      [...this.rejects]
        .toSorted(([a, x], [b, y]) => y.seen - x.seen || (a < b ? -1 : 1))
        .map(([reason, samples]) => [reason, { count: samples.seen, samples: samples.items() }]),
    );
    const count = (of: readonly RejectReason[]) => of.reduce((sum, r) => sum + (this.rejects.get(r)?.seen ?? 0), 0);
    const kept = this.trace.length;
    return {
      records: kept + count([...this.rejects.keys()]),
      kept,
      faults: count(inputFaults),
      types: Object.fromEntries([...this.types].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))),
      lengths:
        kept === 0
          ? null
          : { unit: this.counter.unit, question: lengthsOf(this.question), trace: lengthsOf(this.trace) },
      rejected,
    };
  }

  private keep({ type = '(none)', question, trace }: Trace): void {
    this.types.set(type, (this.types.get(type) ?? 0) + 1);
    this.question.push(this.counter.count(question));
    this.trace.push(this.counter.count(trace));
  }

  private reject(rejected: Rejected): void {
    const { reason } = rejected;
    let samples = this.rejects.get(reason);
    if (!samples) this.rejects.set(reason, (samples = new Reservoir(SAMPLES, this.rng.fork(reason))));
    samples.add(
      rejected.question === undefined ? rejected : { ...rejected, question: rejected.question.slice(0, 300) },
    );
  }
}

function lengthsOf(lengths: readonly number[]): Lengths {
  const sorted = Float64Array.from(lengths).toSorted();
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
  const mean = sorted.reduce((a, b) => a + b, 0) / sorted.length;
  return { mean: Math.round(mean * 10) / 10, p10: at(0.1), median: at(0.5), p90: at(0.9), max: at(1) };
}
