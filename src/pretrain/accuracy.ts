/** What a base model can do before any reinforcement: accuracy by kind of problem, without and with a trace in the prompt. */
import { silent, type Progress } from '../core/progress.js';
import { Rng } from '../core/rng.js';
import { showing } from '../data/context.js';
import type { Problem, Trace } from '../data/types.js';
import type { Policy } from '../engine/index.js';
import { PromptCodec, type Tokenizer } from '../models/index.js';
import { numericVerifier } from '../verify/index.js';
import { makeWorld } from '../worlds/index.js';

/** `none`: no trace; `right`: a trace of the same rule (or strategy); `random`: any trace of the same type. */
export const accuracyContexts = ['none', 'right', 'random'] as const;
export type AccuracyContext = (typeof accuracyContexts)[number];

/** One kind of problem: `plain`, `textbook-rule`, `seen` or `unseen`. */
export interface AccuracyRow {
  kind: string;
  /** Problems behind each share. */
  problems: number;
  /** Mean share of right samples at temperature 1. */
  accuracy: Record<AccuracyContext, number>;
}

export interface AccuracyOptions {
  /** Seed of the world whose tests are taken. */
  worldSeed?: number;
  problemsPerKind?: number;
  samples?: number;
}

const MAX_TOKENS = 20;

/** Measures a policy on the tests of a world. Traces with the problem's own answer are left out. */
export async function accuracyTable(
  policy: Policy,
  tokenizer: Tokenizer,
  progress: Progress = silent,
  { worldSeed = 1, problemsPerKind = 100, samples = 8 }: AccuracyOptions = {},
): Promise<AccuracyRow[]> {
  const n = problemsPerKind;
  const { tests, corpus } = makeWorld({
    seed: worldSeed,
    trainProblems: 0,
    seenTests: n,
    unseenTests: n,
    easyTests: 2 * n,
  });
  const codec = new PromptCodec(tokenizer, { layout: 'completion', stop: ['}'] });
  const bar = progress.task('accuracy', accuracyContexts.length, 'contexts');
  const shares = new Map<string, Record<AccuracyContext, number[]>>();
  for (const [i, context] of accuracyContexts.entries()) {
    const rng = Rng.fromSeed(worldSeed).fork(`accuracy/${context}`);
    const prompts = tests.map((p) => codec.prompt(p, showing(traceFor(context, p, corpus, rng.fork(`trace/${p.id}`)))));
    const { samples_NG } = await policy.sample(
      prompts.map((prompt, at) => ({ prompt, n: samples, seed: rng.fork(at).nextUint32() })),
      { maxTokens: MAX_TOKENS, temperature: 1, stopTokens: codec.stopTokens },
    );
    for (const [at, problem] of tests.entries()) {
      const pairs = samples_NG[at]!.map((sample) => ({ problem, response: codec.decode(sample.tokens) }));
      const verdicts = await numericVerifier.verifyMany(pairs);
      const right = verdicts.filter((v) => v.outcome === 'match').length;
      const kind = kindOf(problem);
      if (!shares.has(kind)) shares.set(kind, { none: [], right: [], random: [] });
      shares.get(kind)![context].push(right / samples);
    }
    bar.update(i + 1);
  }
  bar.end();
  return [...shares].map(([kind, values]) => ({
    kind,
    problems: values.none.length,
    accuracy: { none: mean(values.none), right: mean(values.right), random: mean(values.random) },
  }));
}

function kindOf({ type, split }: Problem): string {
  return split === 'easy' ? type! : split!;
}

function traceFor(context: AccuracyContext, problem: Problem, corpus: readonly Trace[], rng: Rng): Trace | undefined {
  if (context === 'none') return undefined;
  const fits = (trace: Trace): boolean =>
    context === 'right' ? trace.truth === problem.truth : trace.type === problem.type;
  return rng.pick(corpus.filter((trace) => fits(trace) && trace.answer !== problem.answer));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, v) => sum + v, 0) / Math.max(1, values.length);
}
