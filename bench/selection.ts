/**
 * Budgeted pair selection against labelling every pair, on the embedded world, judged by its truth: recall@1 of the retriever
 * trained on each. `--only noisy` asks a judge that errs instead: what its errors cost where labels are inferred from few.
 */
import { join } from 'node:path';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { resolveConfig } from '../src/config/index.js';
import { hashJson } from '../src/core/hash.js';
import { silent } from '../src/core/progress.js';
import { Rng } from '../src/core/rng.js';
import { isUnseen, TraceGuard, type Problem } from '../src/data/index.js';
import { judgeByTruth, pairKey, selectPairs, selectWithinBudget, type Label } from '../src/judge/index.js';
import { Tokenizer } from '../src/models/index.js';
import {
  scoreByQuickRetriever,
  withTrainedRetriever,
  type QuickRetrieverOptions,
} from '../src/pipeline/labels/quick-retriever.js';
import { RankedTraces } from '../src/retriever/index.js';
import { makeWorld } from '../src/worlds/index.js';
import { kept, type Benchmark, type Measure } from './measure.js';

/** Seeds of pairs, encoder and training; the world is the same, as in runs. */
const SEEDS = [1, 2, 3];
const BOOTSTRAPS = 2000;

const folder = fileURLToPath(new URL('../assets/base', import.meta.url));

/** Judges: how often each calls a relevant pair irrelevant, and an irrelevant one relevant. */
const JUDGES = {
  truth: { misses: 0, inventions: 0 },
  careful: { misses: 0.05, inventions: 0.01 },
  noisy: { misses: 0.1, inventions: 0.02 },
};

type JudgeName = keyof typeof JUDGES;

export const partNames = (): readonly string[] => Object.keys(JUDGES);

export const benchmark: Benchmark = async function* ({ smoke, threads, only, keep }) {
  for (const judge of only.length > 0 ? only.filter(isJudge) : (['truth'] as const)) {
    const graded: Graded[] = [];
    for (const seed of smoke ? [1] : SEEDS) {
      const one = await gradeSeed(seed, { judge, smoke, threads, keep });
      graded.push(one);
      const at = `${judge}_seed${seed}`;
      yield { measure: `judged_share_${at}`, value: one.judged / one.pairs, unit: `of ${one.pairs} pairs` };
      yield { measure: `inferred_${at}`, value: one.inferred, unit: `labels, ${one.wrong} of them wrong` };
      yield { measure: `budget_recall1_${at}`, value: shareOf(one.budget), unit: 'share' };
      yield { measure: `full_recall1_${at}`, value: shareOf(one.full), unit: 'share' };
    }
    yield* ratioMeasures(judge, graded);
  }
};

function isJudge(name: string): name is JudgeName {
  return name in JUDGES;
}

/** Labels and trains with one seed. */
async function gradeSeed(seed: number, { judge, smoke, threads, keep }: SeedOptions): Promise<Graded> {
  const config = resolveConfig({ preset: 'demo' });
  const { selection } = config.labels;
  const small = { trainProblems: 96, seenTests: 12, unseenTests: 12, easyTests: 0 };
  const world = makeWorld({ ...config.data.world, ...(smoke && small) });
  const tokenizer = await Tokenizer.load(folder);
  const rng = Rng.fromSeed(seed);
  const guard = new TraceGuard(world.problems);
  const { queries } = selectPairs(world.problems, world.corpus, {
    maxQueries: Infinity,
    maxCandidates: Infinity,
    restrictToType: true,
    guard,
    rng: rng.fork('labels'),
  });
  const options: QuickRetrieverOptions = {
    folder,
    tokenizer,
    settings: smoke ? { ...config.retriever, steps: 20 } : config.retriever,
    validationShare: config.retriever.validationShare,
    guard,
    seed,
    threads,
  };
  const traces = world.corpus.filter((trace) => !isUnseen(trace));
  const grade = async (labels: readonly Label[]): Promise<boolean[]> => {
    const data = { problems: world.problems, traces };
    const graded = await withTrainedRetriever(labels, data, options, async (score) =>
      firstIsRelevant(world.tests, world.corpus, await score(world.tests, world.corpus)),
    );
    return graded ?? world.tests.map(() => false);
  };
  const quick = { ...options, settings: { ...options.settings, steps: smoke ? 10 : selection.quickSteps } };
  const truth = new Map(judgeByTruth(queries).map((label) => [pairKey(label), label]));
  const all = judgeByTruth(queries).map((label) => erring(label, judge, rng.fork('errors')));
  const verdicts = new Map(all.map((label) => [pairKey(label), label]));
  const temporary = await mkdtemp(join(tmpdir(), 'selection-'));
  const { labels } = await selectWithinBudget(queries, {
    ...selection,
    rng: rng.fork('selection'),
    judge: (chosen) => Promise.resolve(judgeByTruth(chosen).map((label) => verdicts.get(pairKey(label))!)),
    score: scoreByQuickRetriever(quick),
    path: join(keep ?? temporary, `selection-waves-${judge}-${seed}.jsonl`),
    key: hashJson([judge, seed, smoke, selection]),
    progress: { ...silent, line: (text) => console.error(text) },
  });
  await rm(temporary, { recursive: true });
  const inferred = labels.filter((label) => 'inferred' in label);
  const part = (kind: string, of: readonly Label[]) =>
    kept(keep, `selection-${kind}-${judge}-${seed}`, () => grade(of));
  return {
    pairs: all.length,
    judged: labels.length - inferred.length,
    inferred: inferred.length,
    wrong: inferred.filter((label) => isRelevant(label) !== isRelevant(truth.get(pairKey(label))!)).length,
    budget: await part('budget', labels),
    full: await part('full', all),
  };
}

/** The label as a judge with errors gives it; the same for the same pair. */
function erring(label: Label, judge: JudgeName, rng: Rng): Label {
  const { misses, inventions } = JUDGES[judge];
  const errs = rng.fork(pairKey(label)).next() < (isRelevant(label) ? misses : inventions);
  return errs && 'relevant' in label ? { ...label, relevant: !label.relevant } : label;
}

interface SeedOptions {
  judge: JudgeName;
  smoke: boolean;
  threads: number;
  keep: string | undefined;
}

/** Outcome of a seed; the lists say for each test problem whether the first hit is relevant. */
interface Graded {
  pairs: number;
  judged: number;
  inferred: number;
  /** Inferred labels that the truth contradicts. */
  wrong: number;
  full: boolean[];
  budget: boolean[];
}

function firstIsRelevant(
  tests: readonly Problem[],
  corpus: ReturnType<typeof makeWorld>['corpus'],
  scores: Float32Array,
): boolean[] {
  const guard = new TraceGuard(tests);
  const ranked = new RankedTraces(corpus);
  return tests.map((query, q) => {
    const row = scores.subarray(q * corpus.length, (q + 1) * corpus.length);
    const refused = corpus.filter((trace) => !guard.mayShow(query, trace)).map(({ id }) => id);
    return ranked.rank(query, row, { k: 1, exclude: new Set(refused) })[0]?.trace.truth === query.truth;
  });
}

/** Mean over seeds of recall@1 over that of the full labels, with a 95 % interval from resampling test problems. */
function* ratioMeasures(judge: JudgeName, graded: readonly Graded[]): Generator<Measure> {
  const tests = graded[0]!.full.map((_, i) => i);
  const ratio = (sample: readonly number[]): number => {
    const each = graded.map(({ budget, full }) => count(sample, budget) / Math.max(1, count(sample, full)));
    return each.reduce((a, b) => a + b, 0) / each.length;
  };
  const rng = Rng.fromSeed('selection-intervals');
  const drawn = Array.from({ length: BOOTSTRAPS }, () => ratio(tests.map(() => rng.pick(tests)))).toSorted(
    (a, b) => a - b,
  );
  yield { measure: `budget_over_full_recall1_${judge}`, value: ratio(tests), unit: 'ratio' };
  yield { measure: `budget_over_full_low_${judge}`, value: drawn[Math.floor(0.025 * BOOTSTRAPS)]!, unit: 'ratio' };
  yield { measure: `budget_over_full_high_${judge}`, value: drawn[Math.floor(0.975 * BOOTSTRAPS)]!, unit: 'ratio' };
}

function count(sample: readonly number[], right: readonly boolean[]): number {
  return sample.filter((i) => right[i]).length;
}

function shareOf(right: readonly boolean[]): number {
  return right.filter(Boolean).length / right.length;
}

function isRelevant(label: Label): boolean {
  return 'relevant' in label && label.relevant;
}
