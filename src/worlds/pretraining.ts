/**
 * Text for the base model: single solved problems and sheets of two. It learns arithmetic, plain problems and textbook
 * rules, and to look back where a heading says so: in a *drill* a rule keeps its meaning from the first problem to the
 * second; without that heading it seldom does. House rules are named, but their meaning is drawn anew in every document,
 * so that the policy starts by guessing; and the layout of a prompt with a retrieved trace never occurs. So the ability to use a trace is there, and when to use it is left to be learnt.
 */
import type { Rng } from '../core/rng.js';
import { draftPlain, draftProblem, type Draft } from './problems.js';
import { houseAliases, textbookRules, type Rule } from './rules.js';
import { STRATEGIES } from './strategies.js';

export interface PretrainingMix {
  /** Share of documents with one solved problem. */
  single: number;
  /** Share of single problems that name a house alias, whose meaning is drawn anew each time. */
  singleHouse: number;
  /** Share in plain words of the other problems; the rest of them follow textbook rules. */
  plain: number;
  /** Share of sheets with two unrelated problems (plain or textbook). */
  unrelated: number;
  /** Share of drills: two problems that name one house alias, which means the same in both. */
  drill: number;
  /** Share of loose sheets: the same without the heading, and the second meaning is mostly drawn anew. The four shares sum to 1. */
  loose: number;
  /** Probability that the alias of a loose sheet keeps its meaning; else it is drawn anew. */
  repetition: number;
}

export const PRETRAINING_MIX: PretrainingMix = {
  single: 0.45,
  singleHouse: 0.2,
  plain: 0.7,
  unrelated: 0.2,
  drill: 0.15,
  loose: 0.2,
  repetition: 0.1,
};

export type PretrainingKind = 'single' | 'unrelated' | 'drill' | 'loose';

export interface PretrainingDocument {
  kind: PretrainingKind;
  /** Without the end token. */
  text: string;
}

/** One solved problem; a prompt without context ends after `Solution:`. */
export function singleText({ question, solution }: Draft): string {
  return `Problem: ${question}\nSolution: ${solution}`;
}

/** Words that announce problem and solution on a sheet; those of prompts are not among them. */
const SHEET_FIELDS = [
  ['Task', 'Work'],
  ['Exercise', 'Working'],
  ['Question', 'Reply'],
  ['Puzzle', 'Steps'],
] as const;

const DRILL_HEADING = 'Drill';

function sheetText(drafts: readonly Draft[], rng: Rng, heading?: string): string {
  const [ask, solve] = rng.pick(SHEET_FIELDS);
  const tasks = drafts.map(({ question, solution }) => `${ask}: ${question}\n${solve}: ${solution}`);
  return [...(heading === undefined ? [] : [heading]), ...tasks].join('\n');
}

/** Words of documents that occur in no problem, for the tokenizer. */
export function documentWords(): string[] {
  return ['Problem', 'Solution', ':', DRILL_HEADING, ...SHEET_FIELDS.flat()];
}

/** An endless, seeded stream of documents. */
export function* pretrainingRows(rng: Rng, mix: PretrainingMix = PRETRAINING_MIX): Generator<PretrainingDocument> {
  const textbook = textbookRules();
  const aliases = houseAliases();
  const known = (): Draft =>
    rng.next() < mix.plain ? draftPlain(rng) : draftProblem({ rule: rng.pick(textbook) }, rng);
  const house = (repetition: number): Draft[] => {
    const alias = rng.pick(aliases);
    const first = rng.pick(STRATEGIES);
    const second = rng.next() < repetition ? first : rng.pick(STRATEGIES);
    return [first, second].map((strategy) => draftProblem({ rule: localRule(alias, strategy) }, rng));
  };
  for (;;) {
    const u = rng.next() - mix.single;
    if (u < 0) yield { kind: 'single', text: singleText(rng.next() < mix.singleHouse ? house(0)[0]! : known()) };
    else if (u < mix.unrelated) yield { kind: 'unrelated', text: sheetText([known(), known()], rng) };
    else if (u < mix.unrelated + mix.drill) yield { kind: 'drill', text: sheetText(house(1), rng, DRILL_HEADING) };
    else yield { kind: 'loose', text: sheetText(house(mix.repetition), rng) };
  }
}

function localRule(alias: string, strategy: Rule['strategy']): Rule {
  return { id: 'local', kind: 'seen', aliases: [alias, alias], strategy };
}
