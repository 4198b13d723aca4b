/**
 * Text for the base model: single solved problems and sheets of two. It learns arithmetic, plain problems and textbook
 * rules, and a weak habit of looking back: on some sheets a rule keeps its meaning from the first problem to the second.
 * A house rule never has a lasting meaning here, and the layout of a prompt with a retrieved trace never occurs.
 */
import type { Rng } from '../core/rng.js';
import { draftPlain, draftProblem, type Draft } from './problems.js';
import { houseAliases, textbookRules, type Rule } from './rules.js';
import { STRATEGIES } from './strategies.js';

export interface PretrainingMix {
  /** Share of documents with one solved problem. */
  single: number;
  /** Share of single problems in plain words; the others follow textbook rules. */
  singlePlain: number;
  /** Share of sheets with two unrelated problems (plain or textbook). */
  unrelated: number;
  /** Share of drills: two problems that name one house alias, which means the same in both. */
  drill: number;
  /** Share of medleys: the same, but the second meaning is drawn anew. The shares of the four kinds sum to 1. */
  medley: number;
}

export const PRETRAINING_MIX: PretrainingMix = {
  single: 0.4,
  singlePlain: 0.7,
  unrelated: 0.25,
  drill: 0.15,
  medley: 0.2,
};

export type PretrainingKind = 'single' | 'unrelated' | 'drill' | 'medley';

export interface PretrainingDocument {
  kind: PretrainingKind;
  /** Without the end token. */
  text: string;
}

/** One solved problem; a prompt without context ends after `Solution:`. */
export function singleText({ question, solution }: Draft): string {
  return `Problem: ${question}\nSolution: ${solution}`;
}

const HEADING = { unrelated: 'Sheet', drill: 'Drill', medley: 'Medley' } as const;

function sheetText(kind: keyof typeof HEADING, drafts: readonly Draft[]): string {
  const tasks = drafts.map(({ question, solution }) => `Task: ${question}\nWork: ${solution}`);
  return [HEADING[kind], ...tasks].join('\n');
}

/** An endless, seeded stream of documents. */
export function* pretrainingRows(rng: Rng, mix: PretrainingMix = PRETRAINING_MIX): Generator<PretrainingDocument> {
  const textbook = textbookRules();
  const aliases = houseAliases();
  const known = (): Draft =>
    rng.next() < mix.singlePlain ? draftPlain(rng) : draftProblem({ rule: rng.pick(textbook) }, rng);
  const house = (repeats: boolean): Draft[] => {
    const alias = rng.pick(aliases);
    const first = rng.pick(STRATEGIES);
    const second = repeats ? first : rng.pick(STRATEGIES);
    return [first, second].map((strategy) => draftProblem({ rule: localRule(alias, strategy) }, rng));
  };
  for (;;) {
    const u = rng.next();
    if (u < mix.single) yield { kind: 'single', text: singleText(known()) };
    else {
      const v = u - mix.single;
      const kind = v < mix.unrelated ? 'unrelated' : v < mix.unrelated + mix.drill ? 'drill' : 'medley';
      const drafts = kind === 'unrelated' ? [known(), known()] : house(kind === 'drill');
      yield { kind, text: sheetText(kind, drafts) };
    }
  }
}

function localRule(alias: string, strategy: Rule['strategy']): Rule {
  return { id: 'local', kind: 'seen', aliases: [alias, alias], strategy };
}
