/**
 * Rules: names for strategies. A problem that follows one says `the lantern rule` and nothing more, so its meaning is
 * known by heart or from a solved example. *Textbook* rules are the same in every world, since the base model learnt
 * them; *house* rules are drawn from the world's seed: some are trained by reinforcement, the rest are unseen.
 */
import { RaRftError } from '../core/errors.js';
import { Rng } from '../core/rng.js';
import { STRATEGIES, type Strategy } from './strategies.js';
import { ALIASES } from './words.js';

export type RuleKind = 'textbook' | 'seen' | 'unseen';

export interface Rule {
  /** `textbook-03`, `seen-07`, `unseen-11`. */
  id: string;
  kind: RuleKind;
  /** Two words that name it. */
  aliases: readonly [string, string];
  strategy: Strategy;
}

export const TEXTBOOK_RULES = 8;

/** The seed of what every world shares with the base model; changing it asks for a new pre-training. */
const LANGUAGE_SEED = 'world/language/1';

interface AliasPair {
  kind: 'textbook' | 'house';
  aliases: readonly [string, string];
}

/** All alias pairs: the first few name the textbook rules, the others are free for house rules. */
function aliasPairs(): AliasPair[] {
  const words = Rng.fromSeed(LANGUAGE_SEED).fork('aliases').shuffle(ALIASES);
  return Array.from({ length: words.length / 2 }, (_, i) => ({
    kind: i < TEXTBOOK_RULES ? 'textbook' : 'house',
    aliases: [words[2 * i]!, words[2 * i + 1]!],
  }));
}

/** Strategies for `n` rules: every strategy comes before any comes twice. */
function spreadStrategies(n: number, rng: Rng): Strategy[] {
  const out: Strategy[] = [];
  while (out.length < n) out.push(...rng.shuffle(STRATEGIES));
  return out.slice(0, n);
}

function numbered(kind: RuleKind, pairs: readonly AliasPair[], rng: Rng): Rule[] {
  const strategies = spreadStrategies(pairs.length, rng);
  return pairs.map(({ aliases }, i) => ({
    id: `${kind}-${String(i + 1).padStart(2, '0')}`,
    kind,
    aliases,
    strategy: strategies[i]!,
  }));
}

/** The rules that the base model knows: equal in all worlds. */
export function textbookRules(): Rule[] {
  const pairs = aliasPairs().filter((pair) => pair.kind === 'textbook');
  return numbered('textbook', pairs, Rng.fromSeed(LANGUAGE_SEED).fork('textbook'));
}

/** All words that may name a house rule. */
export function houseAliases(): string[] {
  return aliasPairs().flatMap((pair) => (pair.kind === 'house' ? pair.aliases : []));
}

/** How many house rules there are names for. */
export const MAX_HOUSE_RULES = ALIASES.length / 2 - TEXTBOOK_RULES;

/** House rules of one world. Throws `config` where there are not names enough. */
export function houseRules(rng: Rng, counts: { seen: number; unseen: number }): Rule[] {
  const { seen, unseen } = counts;
  if (seen + unseen > MAX_HOUSE_RULES) {
    throw new RaRftError({
      code: 'config',
      message: `a world has names for ${MAX_HOUSE_RULES} house rules, not for ${seen} + ${unseen}`,
      expected: `at most ${MAX_HOUSE_RULES} seen and unseen rules together`,
    });
  }
  const free = rng.fork('names').shuffle(aliasPairs().filter((pair) => pair.kind === 'house'));
  return [
    ...numbered('seen', free.slice(0, seen), rng.fork('seen')),
    // A stream's name decides what is drawn: under another name this would be another world.
    ...numbered('unseen', free.slice(seen, seen + unseen), rng.fork('held-out')),
  ];
}
