/**
 * Budgeted pair selection against labelling every pair, on the embedded world, judged by its truth: recall@1 of the retriever
 * trained on each. With `--only random` also the same budget spent at random: what choosing is worth.
 */
import { join } from 'node:path';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { resolveConfig } from '../src/config/index.js';
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
import type { Benchmark, Measure } from './measure.js';

/** Seeds of pairs, encoder and training; the world is the same, as in runs. */
const SEEDS = [1, 2, 3];
const BOOTSTRAPS = 2000;

const folder = fileURLToPath(new URL('../assets/base', import.meta.url));

export const benchmark: Benchmark = async function* ({ smoke, threads, only }) {
  const config = resolveConfig({ preset: 'demo' });
  const sizes = smoke ? { trainProblems: 96, seenTests: 12, heldOutTests: 12 } : config.data.world;
  const world = makeWorld({ ...sizes, seed: config.data.world.seed });
  const tokenizer = await Tokenizer.load(folder);
  const traces = world.corpus.filter(({ split }) => split !== 'held-out');
  const { selection } = config.labels;
  const withRandom = smoke || only.includes('random');
  const ratios: Ratios[] = [];
  for (const seed of smoke ? [1] : SEEDS) {
    const rng = Rng.fromSeed(seed);
    const pairs = selectPairs(world.problems, world.corpus, {
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
    const grade = async (labels: readonly Label[]): Promise<boolean[]> => {
      const data = { problems: world.problems, traces };
      const graded = await withTrainedRetriever(labels, data, options, async (score) =>
        firstIsRelevant(world.tests, world.corpus, await score(world.tests, world.corpus)),
      );
      return graded ?? world.tests.map(() => false);
    };
    const all = judgeByTruth(pairs.queries);
    const full = await grade(all);
    yield share(`full_recall1_seed${seed}`, full);

    const temporary = await mkdtemp(join(tmpdir(), 'selection-'));
    const quick = { ...options, settings: { ...options.settings, steps: smoke ? 10 : selection.quickSteps } };
    const chosen = await selectWithinBudget(pairs.queries, {
      ...selection,
      temperature: options.settings.temperature,
      rng: rng.fork('selection'),
      judge: (queries) => Promise.resolve(judgeByTruth(queries)),
      score: scoreByQuickRetriever(quick),
      path: join(temporary, 'chosen.jsonl'),
    });
    await rm(temporary, { recursive: true });
    const budget = await grade(chosen.labels);
    yield { measure: `judged_share_seed${seed}`, value: chosen.labels.length / all.length, unit: 'of all pairs' };
    yield { measure: `positives_seed${seed}`, value: positivesOf(chosen.labels), unit: `of ${positivesOf(all)}` };
    yield share(`budget_recall1_seed${seed}`, budget);

    const random = withRandom ? await grade(rng.fork('random').sample(all, chosen.labels.length)) : undefined;
    if (random) yield share(`random_recall1_seed${seed}`, random);
    ratios.push({ full, budget, ...(random && { random }) });
  }
  yield* ratioMeasures('budget', ratios);
  if (withRandom) yield* ratioMeasures('random', ratios);
};

/** For each test problem and seed, whether the first hit is relevant. */
interface Ratios {
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
function* ratioMeasures(kind: 'budget' | 'random', ratios: readonly Ratios[]): Generator<Measure> {
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

function share(measure: string, right: readonly boolean[]): Measure {
  return { measure, value: right.filter(Boolean).length / right.length, unit: 'share' };
}

function positivesOf(labels: readonly Label[]): number {
  return labels.filter((label) => 'relevant' in label && label.relevant).length;
}
