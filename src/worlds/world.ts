/** The embedded world: training problems, a corpus of solved problems and test sets, all from one seed. */
import { RaRftError } from '../core/errors.js';
import { Rng } from '../core/rng.js';
import type { Problem, Trace } from '../data/types.js';
import { draftPlain, draftProblem, toProblem, toTrace, type Draft, type Task } from './problems.js';
import { houseRules, textbookRules, type Rule, type RuleKind } from './rules.js';
import { STRATEGIES } from './strategies.js';

export interface WorldOptions {
  seed: number | string;
  /** Rules trained by reinforcement. */
  seenRules: number;
  /** Rules that occur in the corpus and the tests only. */
  unseenRules: number;
  /** Solved problems in the corpus for each rule, and for each strategy told in plain words. */
  tracesPerRule: number;
  trainProblems: number;
  /** Share of the training problems that follow a seen rule; the rest is half textbook, half plain. */
  seenShare: number;
  seenTests: number;
  unseenTests: number;
  easyTests: number;
}

export const WORLD_DEFAULTS: WorldOptions = {
  seed: 1,
  seenRules: 12,
  unseenRules: 12,
  tracesPerRule: 6,
  trainProblems: 1024,
  seenShare: 0.75,
  seenTests: 100,
  unseenTests: 100,
  easyTests: 50,
};

/** Problems with the facts they were made from: for fairness figures and tests, never for training. */
export interface WorldDrafts {
  problems: Draft[];
  corpus: Draft[];
  tests: Draft[];
}

export interface World {
  options: WorldOptions;
  rules: Rule[];
  /** Training problems, shuffled; none follows an unseen rule. */
  problems: Problem[];
  /** Solved problems to retrieve; those of unseen rules have split `unseen`. */
  corpus: Trace[];
  /** All test problems; `split` tells them apart. */
  tests: Problem[];
  /** Same order as the three above. */
  drafts: WorldDrafts;
}

/** Throws `config` at the first number that no world can have. */
function checkOptions(options: WorldOptions): void {
  const refuse = (key: string, expected: string): never => {
    const value = String(options[key as keyof WorldOptions]);
    throw new RaRftError({ code: 'config', message: `${key} is ${value}`, where: `data.world.${key}`, expected });
  };
  const { seenRules, unseenRules, unseenTests, seenShare } = options;
  for (const key of ['tracesPerRule', 'trainProblems', 'seenTests', 'unseenTests', 'easyTests'] as const) {
    if (!Number.isInteger(options[key]) || options[key] < 0) refuse(key, 'an integer from 0');
  }
  if (!Number.isInteger(seenRules) || seenRules < 1) refuse('seenRules', 'an integer from 1');
  if (!Number.isInteger(unseenRules) || unseenRules < (unseenTests > 0 ? 1 : 0)) {
    refuse('unseenRules', 'an integer from 1 (from 0 without unseen tests)');
  }
  if (!(seenShare >= 0 && seenShare <= 1)) refuse('seenShare', 'a number from 0 to 1');
}

/** Makes drafts until `n` questions are new; `taken` grows by them. */
function fresh(n: number, taken: Set<string>, draw: (i: number) => Draft): Draft[] {
  const out: Draft[] = [];
  while (out.length < n) {
    const draft = draw(out.length);
    if (taken.has(draft.question)) continue;
    taken.add(draft.question);
    out.push(draft);
  }
  return out;
}

/** `n` problems spread evenly over the rules. */
function followRules(n: number, rules: readonly Rule[], taken: Set<string>, rng: Rng): Draft[] {
  return fresh(n, taken, (i) => draftProblem({ rule: rules[i % rules.length]! }, rng));
}

/** Half textbook, half plain. */
function easy(n: number, rules: readonly Rule[], taken: Set<string>, rng: Rng): Draft[] {
  const plain = Math.floor(n / 2);
  return [...followRules(n - plain, rules, taken, rng), ...fresh(plain, taken, () => draftPlain(rng))];
}

/**
 * The whole world. Tests are drawn first, corpus and training problems around them: no question occurs twice anywhere.
 * Corpus traces are drawn at random, not against any retriever.
 */
export function makeWorld(options: Partial<WorldOptions> = {}): World {
  const full = { ...WORLD_DEFAULTS, ...options };
  checkOptions(full);
  const rng = Rng.fromSeed(full.seed).fork('world');
  const rules = [
    ...textbookRules(),
    ...houseRules(rng.fork('rules'), { seen: full.seenRules, unseen: full.unseenRules }),
  ];
  const of = (kind: RuleKind): Rule[] => rules.filter((rule) => rule.kind === kind);
  const taken = new Set<string>();

  const tests = [
    ...followRules(full.seenTests, of('seen'), taken, rng.fork('test/seen')),
    ...followRules(full.unseenTests, of('unseen'), taken, rng.fork('test/held-out')),
    ...easy(full.easyTests, of('textbook'), taken, rng.fork('test/easy')),
  ];

  const tasks: Task[] = [...rules.map((rule) => ({ rule })), ...STRATEGIES.map((strategy) => ({ strategy }))];
  const corpusRng = rng.fork('corpus');
  const corpus = corpusRng
    .fork('order')
    .shuffle(tasks.flatMap((task) => fresh(full.tracesPerRule, taken, () => draftProblem(task, corpusRng))));

  const seen = Math.round(full.trainProblems * full.seenShare);
  const trainRng = rng.fork('train');
  const problems = trainRng
    .fork('order')
    .shuffle([
      ...followRules(seen, of('seen'), taken, trainRng.fork('seen')),
      ...easy(full.trainProblems - seen, of('textbook'), taken, trainRng.fork('easy')),
    ]);

  const number = (prefix: string, i: number): string => `${prefix}-${String(i + 1).padStart(4, '0')}`;
  return {
    options: full,
    rules,
    problems: problems.map((draft, i) => toProblem(draft, number('train', i))),
    corpus: corpus.map((draft, i) => toTrace(draft, number('trace', i))),
    tests: tests.map((draft, i) => toProblem(draft, number('test', i))),
    drafts: { problems, corpus, tests },
  };
}
