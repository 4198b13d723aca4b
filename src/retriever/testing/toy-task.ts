/**
 * A toy in which similarity misleads: every text is about one of a few topics (many words) and follows one of a few
 * rules (a single word); a trace is relevant if it follows the query's rule, whatever its topic.
 */
import { Rng } from '../../core/rng.js';
import type { Trace } from '../../data/types.js';
import { truthPairs, type LabelledQuery } from '../train/pairs.js';
import type { TokenizeTexts } from '../encode/text-form.js';
import type { Query } from '../types.js';

const TOPICS = 6;
const WORDS_PER_TOPIC = 5;
const RULES = 24;
const SEEN = 20;
/** Ids 0 .. TOPICS * WORDS - 1 are topic words; then come the rules' words. */
export const TOY_VOCAB = TOPICS * WORDS_PER_TOPIC + RULES;

export interface ToyTask {
  traces: Trace[];
  /** Queries of the rules that training knows, and of those it never sees. */
  queries: Query[];
  unseen: Query[];
  labelled: LabelledQuery[];
  tokenize: TokenizeTexts;
}

/** Texts are ids written with blanks, so that the tokenizer only has to split them. */
export function toyTask(seed: number): ToyTask {
  const rng = Rng.fromSeed(seed);
  const text = (rule: number) => {
    const topic = rng.int(TOPICS);
    const words = Array.from({ length: 6 }, () => topic * WORDS_PER_TOPIC + rng.int(WORDS_PER_TOPIC));
    return rng.shuffle([...words, TOPICS * WORDS_PER_TOPIC + rule]).join(' ');
  };
  const make = (prefix: string, count: number, from: number, to: number) =>
    Array.from({ length: count }, (_, i) => {
      const rule = from + (i % (to - from));
      return {
        id: `${prefix}${i}`,
        question: text(rule),
        truth: `rule ${rule}`,
        ...(rule < SEEN ? {} : { split: 'unseen' }),
      };
    });
  const traces = make('t', 120, 0, RULES).map((t) => ({ ...t, trace: '', answer: '' }));
  const queries = make('q', 200, 0, SEEN);
  const labelled = truthPairs(queries, traces);
  const tokenize: TokenizeTexts = (lines) => ({
    texts: lines.map((line) => [{ ids: Int32Array.from(line.split(' ').filter(Boolean), Number) }]),
    cut: [],
  });
  return { traces, queries, unseen: make('u', 40, SEEN, RULES), labelled, tokenize };
}

/**
 * The same with a few candidates judged for each query: their gains are noisy, and half of those that follow the query's rule gain too
 * little to be called positive.
 */
export function judgedTask(seed: number, candidates = 12): ToyTask {
  const task = toyTask(seed);
  const rng = Rng.fromSeed(seed).fork('judged');
  const known = task.traces.filter(({ split }) => split === undefined);
  const labelled = task.labelled.map((one): LabelledQuery => {
    const own = one.positives.slice(0, 4);
    const others = rng.sample(
      known.filter(({ truth }) => truth !== one.query.truth),
      candidates - own.length,
    );
    const judged = [...own, ...others].map((trace, i) => {
      const relevant = i < own.length / 2;
      const gain = (i < own.length ? 1 : 0) + (relevant ? 0.3 : 0) + 0.1 * rng.normal();
      return { trace, relevant, gain };
    });
    return { ...one, positives: judged.filter(({ relevant }) => relevant).map(({ trace }) => trace), judged };
  });
  return { ...task, labelled };
}
