/**
 * Budgeted pair selection against labelling every pair, on the embedded world, judged by its truth: recall@1 of the retriever
 * trained on each. With `--only random` also the same budget spent at random: what choosing is worth.
 */
import { join } from 'node:path';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { resolveConfig } from '../src/config/index.js';
import { silent } from '../src/core/progress.js';
import { Rng } from '../src/core/rng.js';
import { leakGuard, type Problem } from '../src/data/index.js';
import { judgeByTruth, selectPairs, selectWithinBudget, type Label } from '../src/judge/index.js';
import { Tokenizer } from '../src/models/index.js';
import {
  scoreByQuickRetriever,
  withTrainedRetriever,
  type QuickRetrieverOptions,
} from '../src/pipeline/quick-retriever.js';
import { rankTraces } from '../src/retriever/index.js';
import { makeWorld } from '../src/worlds/index.js';
import { kept, type Benchmark, type Measure } from './measure.js';

/** Seeds of pairs, encoder and training; the world is the same, as in runs. */
const SEEDS = [1, 2, 3];
const BOOTSTRAPS = 2000;

const folder = fileURLToPath(new URL('../assets/base', import.meta.url));

export const benchmark: Benchmark = async function* ({ smoke, threads, only, keep }) {
  const ratios: Graded[] = [];
  for (const seed of smoke ? [1] : SEEDS) {
    const graded = await gradeSeed(seed, { smoke, threads, keep, withRandom: smoke || only.includes('random') });
    ratios.push(graded);
    yield {
      measure: `judged_share_seed${seed}`,
      value: graded.judged / graded.pairs,
      unit: `of ${graded.pairs} pairs`,
    };
    yield { measure: `positives_seed${seed}`, value: graded.found, unit: `of ${graded.positives}` };
    for (const kind of ['full', 'budget', 'random'] as const) {
      const right = graded[kind];
      if (right) yield { measure: `${kind}_recall1_seed${seed}`, value: shareOf(right), unit: 'share' };
    }
  }
  yield* ratioMeasures('budget', ratios);
  if (ratios.every(({ random }) => random)) yield* ratioMeasures('random', ratios);
};

/** Labels and trains with one seed. */
async function gradeSeed(seed: number, { smoke, threads, keep, withRandom }: SeedOptions): Promise<Graded> {
  const config = resolveConfig({ preset: 'demo' });
  const { selection } = config.labels;
  const small = { trainProblems: 96, seenTests: 12, heldOutTests: 12, easyTests: 0 };
  const world = makeWorld({ ...config.data.world, ...(smoke && small) });
  const tokenizer = await Tokenizer.load(folder);
  const rng = Rng.fromSeed(seed);
  const { queries } = selectPairs(world.problems, world.corpus, {
    maxQueries: Infinity,
    maxCandidates: Infinity,
    restrictToType: true,
    excludeSameAnswer: true,
    rng: rng.fork('labels'),
  });
  const options: QuickRetrieverOptions = {
    folder,
    tokenize: (text) => tokenizer.encode(text),
    settings: smoke ? { ...config.retriever, steps: 20 } : config.retriever,
    excludeSameAnswer: true,
    seed,
    threads,
  };
  const traces = world.corpus.filter(({ split }) => split !== 'held-out');
  const grade = async (labels: readonly Label[]): Promise<boolean[]> => {
    const data = { problems: world.problems, traces };
    const graded = await withTrainedRetriever(labels, data, options, async (score) =>
      firstIsRelevant(world.tests, world.corpus, await score(world.tests, world.corpus)),
    );
    return graded ?? world.tests.map(() => false);
  };
  const quick = { ...options, settings: { ...options.settings, steps: smoke ? 10 : selection.quickSteps } };
  const temporary = await mkdtemp(join(tmpdir(), 'selection-'));
  const { labels } = await selectWithinBudget(queries, {
    ...selection,
    temperature: options.settings.temperature,
    rng: rng.fork('selection'),
    judge: (chosen) => Promise.resolve(judgeByTruth(chosen)),
    score: scoreByQuickRetriever(quick),
    path: join(keep ?? temporary, `selection-chosen-${seed}.jsonl`),
    progress: { ...silent, line: (text) => console.error(text) },
  });
  await rm(temporary, { recursive: true });
  const all = judgeByTruth(queries);
  const part = (kind: string, of: readonly Label[]) => kept(keep, `selection-${kind}-${seed}`, () => grade(of));
  return {
    pairs: all.length,
    judged: labels.length,
    positives: positivesOf(all),
    found: positivesOf(labels),
    budget: await part('budget', labels),
    full: await part('full', all),
    ...(withRandom && { random: await part('random', rng.fork('random').sample(all, labels.length)) }),
  };
}

interface SeedOptions {
  smoke: boolean;
  threads: number;
  keep: string | undefined;
  withRandom: boolean;
}

/** Outcome of a seed; the lists say for each test problem whether the first hit is relevant. */
interface Graded {
  pairs: number;
  judged: number;
  /** Positives among all pairs, and among those that were judged. */
  positives: number;
  found: number;
  full: boolean[];
  budget: boolean[];
  random?: boolean[];
}

function firstIsRelevant(
  tests: readonly Problem[],
  corpus: ReturnType<typeof makeWorld>['corpus'],
  scores: Float32Array,
): boolean[] {
  const exclude = leakGuard(tests);
  return tests.map((query, q) => {
    const row = scores.subarray(q * corpus.length, (q + 1) * corpus.length);
    return rankTraces(query, corpus, row, { k: 1, exclude })[0]?.trace.truth === query.truth;
  });
}

/** Mean over seeds of recall@1 over that of the full labels, with a 95 % interval from resampling test problems. */
function* ratioMeasures(kind: 'budget' | 'random', ratios: readonly Graded[]): Generator<Measure> {
  const tests = ratios[0]!.full.map((_, i) => i);
  const ratio = (sample: readonly number[]): number => {
    const each = ratios.map((r) => count(sample, r[kind] ?? []) / Math.max(1, count(sample, r.full)));
    return each.reduce((a, b) => a + b, 0) / each.length;
  };
  const rng = Rng.fromSeed('selection-intervals');
  const drawn = Array.from({ length: BOOTSTRAPS }, () => ratio(tests.map(() => rng.pick(tests)))).toSorted(
    (a, b) => a - b,
  );
  yield { measure: `${kind}_over_full_recall1`, value: ratio(tests), unit: 'ratio' };
  yield { measure: `${kind}_over_full_low`, value: drawn[Math.floor(0.025 * BOOTSTRAPS)]!, unit: 'ratio' };
  yield { measure: `${kind}_over_full_high`, value: drawn[Math.floor(0.975 * BOOTSTRAPS)]!, unit: 'ratio' };
}

function count(sample: readonly number[], right: readonly boolean[]): number {
  return sample.filter((i) => right[i]).length;
}

function shareOf(right: readonly boolean[]): number {
  return right.filter(Boolean).length / right.length;
}

function positivesOf(labels: readonly Label[]): number {
  return labels.filter((label) => 'relevant' in label && label.relevant).length;
}
