/** What a look at the texts says before any work: a tokenizer that cannot write them. */
import type { ArmConfig } from '../../config/index.js';
import type { RunWarning } from '../../runs/warnings.js';
import type { Problem, Trace } from '../../data/index.js';
import type { PromptCodec, Tokenizer } from '../../models/index.js';

/** Texts looked at of each kind, at even steps through the data. */
const LOOKED_AT = 200;
/** Share of unknown tokens from which it is warned. */
const UNKNOWN_SHARE = 0.01;

interface Texts {
  train: readonly Problem[];
  corpus: readonly Trace[];
}

/** Warnings about the tokenizer on these data; pure. */
export function textWarnings(tokenizer: Tokenizer, data: Texts): RunWarning[] {
  const warnings: RunWarning[] = [];
  const { share, example } = unknownShare(tokenizer, data);
  if (share >= UNKNOWN_SHARE) {
    warnings.push({
      code: 'unknown-tokens',
      where: 'tokenizer',
      text: `${(100 * share).toFixed(1)} % of the tokens of problems and traces are unknown to it (in ${JSON.stringify(example.slice(0, 60))}, for one): the policy cannot see what they say. Take a model whose tokenizer knows these texts.`,
    });
  }
  return warnings;
}

/** Warns where the words around hints are unknown to the tokenizer, and an arm trains with hints. */
export function hintWarnings(
  tokenizer: Pick<Tokenizer, 'unknownId'>,
  codec: Pick<PromptCodec, 'prompt'>,
  arms: readonly Pick<ArmConfig, 'train'>[],
): RunWarning[] {
  const { unknownId } = tokenizer;
  if (unknownId === undefined || arms.every(({ train }) => train !== 'hint')) return [];
  const count = (tokens: Iterable<number>) => [...tokens].filter((id) => id === unknownId).length;
  const nothing = { question: '' };
  const unknown = count(codec.prompt(nothing, { kind: 'hint', text: '' })) - count(codec.prompt(nothing));
  if (unknown <= 0) return [];
  const text = `${unknown} tokens of the words that introduce a hint are unknown to the tokenizer; write prompt.hintTemplate in words that it knows`;
  return [{ code: 'hint-wording', where: 'prompt.hintTemplate', text }];
}

/** Share of unknown tokens among those of questions, solutions and traces, and a text with some. */
export function unknownShare(tokenizer: Tokenizer, { train, corpus }: Texts): { share: number; example: string } {
  const unknown = tokenizer.unknownId;
  if (unknown === undefined) return { share: 0, example: '' };
  const texts = [
    ...evenly(train).map(({ question, solution }) => `${question}\n${solution ?? ''}`),
    ...evenly(corpus).map(({ question, trace }) => `${question}\n${trace}`),
  ];
  let [all, missed, example] = [0, 0, ''];
  for (const text of texts) {
    const ids = tokenizer.encode(text);
    const own = ids.reduce((count, id) => count + Number(id === unknown), 0);
    if (own > 0 && example === '') example = text;
    all += ids.length;
    missed += own;
  }
  return { share: all === 0 ? 0 : missed / all, example };
}

function evenly<T>(items: readonly T[]): T[] {
  const step = Math.max(1, items.length / LOOKED_AT);
  return Array.from({ length: Math.min(LOOKED_AT, items.length) }, (_, i) => items[Math.floor(i * step)] as T);
}
