/** A problem of the world: a surface, three numbers and a strategy, told in plain words or by a rule's name. */
import type { Problem, Trace } from '../data/types.js';
import type { Rng } from '../core/rng.js';
import { TRIPLES } from './numbers.js';
import type { Rule, RuleKind } from './rules.js';
import { STRATEGIES, work, workedSolution, type Strategy, type Triple } from './strategies.js';
import { drawSurface, plainInstruction, renderQuestion, ruleInstruction, type Surface } from './surface.js';

/** Coarse types, as a user's metadata would carry them. Labels are only sought within a type. */
export type WorldType = 'plain' | 'textbook-rule' | 'house-rule';

/** `easy` holds what the base model can do already: plain and textbook problems. */
export type WorldSplit = 'easy' | 'seen' | 'unseen';

/** A problem with the facts it was made from; the pipeline only ever sees {@link toProblem} or {@link toTrace} of it. */
export interface Draft {
  question: string;
  answer: string;
  /** The right worked solution, ending in its boxed answer. */
  solution: string;
  surface: Surface;
  triple: Triple;
  strategy: Strategy;
  /** The rule and the alias it is called by; absent in plain problems. */
  rule?: Rule;
  alias?: string;
}

/** What a problem is to follow: a rule, or a strategy told in plain words. */
export type Task = { rule: Rule; alias?: string } | { strategy: Strategy };

/**
 * Draws surface, numbers and wording from streams of their own, so that none of them can depend on the task. Takes one
 * step of `rng`, whatever the task.
 */
export function draftProblem(task: Task, rng: Rng): Draft {
  rng.nextUint32();
  const surface = drawSurface(rng.fork('surface'));
  const triple = rng.fork('numbers').pick(TRIPLES);
  const wording = rng.fork('wording');
  const rule = 'rule' in task ? task.rule : undefined;
  const strategy = 'rule' in task ? task.rule.strategy : task.strategy;
  const alias = 'rule' in task ? (task.alias ?? wording.pick(task.rule.aliases)) : undefined;
  const instruction = alias === undefined ? plainInstruction(strategy, wording) : ruleInstruction(alias, wording);
  return {
    question: renderQuestion(surface, triple, instruction),
    answer: String(work(strategy, triple).result),
    solution: workedSolution(strategy, triple),
    surface,
    triple,
    strategy,
    ...(rule && alias !== undefined ? { rule, alias } : {}),
  };
}

/** A plain problem of a random strategy. */
export function draftPlain(rng: Rng): Draft {
  const strategy = rng.fork('strategy').pick(STRATEGIES);
  return draftProblem({ strategy }, rng);
}

const TYPE_OF_KIND: Readonly<Record<RuleKind, WorldType>> = {
  textbook: 'textbook-rule',
  seen: 'house-rule',
  unseen: 'house-rule',
};

const SPLIT_OF_KIND: Readonly<Record<RuleKind, WorldSplit>> = {
  textbook: 'easy',
  seen: 'seen',
  unseen: 'unseen',
};

export function typeOf({ rule }: Draft): WorldType {
  return rule ? TYPE_OF_KIND[rule.kind] : 'plain';
}

export function splitOf({ rule }: Draft): WorldSplit {
  return rule ? SPLIT_OF_KIND[rule.kind] : 'easy';
}

/** The rule, or the strategy of a plain problem: what a relevant trace shares with the query. */
export function truthOf({ rule, strategy }: Draft): string {
  return rule ? rule.id : `plain-${strategy.id}`;
}

export function toProblem(draft: Draft, id: string): Problem {
  const { question, answer, solution } = draft;
  return {
    id,
    question,
    answer,
    type: typeOf(draft),
    solution,
    source: 'world',
    truth: truthOf(draft),
    split: splitOf(draft),
  };
}

export function toTrace(draft: Draft, id: string): Trace {
  const { question, answer, solution } = draft;
  return {
    id,
    question,
    trace: solution,
    answer,
    type: typeOf(draft),
    source: 'world',
    truth: truthOf(draft),
    split: splitOf(draft),
  };
}
