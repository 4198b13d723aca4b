/**
 * Reading a text takes time in proportion to it, whatever it repeats: an expression that goes back over what it has read
 * takes minutes on these. The bound is of processor time, in units of this processor's, so that neither a busy machine nor a slow
 * one fails anything.
 */
import { expect, test } from 'vitest';
import { lastBoxed } from '../data/boxed.js';
import { extractLine, type ExtractLine } from './extract-line.js';
import { extractAnswers, goldProblem, judgeAnswer } from './math/index.js';
import { parseAnswer } from './math/parse.js';
import { verifyNumeric } from './numeric.js';

const pieces: readonly string[] = [
  '1 a A . $ \\ { } ( [ * - / | < = , ; : _ ^ % # " ~ ! ² ½ é 1, 1A E1 ,000 .000 {,} ^{ **'.split(' '),
  [
    ' ',
    '\n',
    '\t',
    '1 ',
    'ab ',
    '. ',
    '1 000',
    ':00 ',
    'and ',
    'is ',
    'the ',
    'answer ',
    'answer to ',
    'final answer ',
  ],
  '\\, \\! \\\\ \\[ \\( \\$ #### \\boxed{ \\text{ \\mathrm{ \\frac \\sqrt \\sin \\begin{ \\begin{cases}'.split(' '),
  ['\\boxed ', '\\pm ', '<think>', '</think>'],
].flat();
/** What else two of are tried in turn. */
const mixed: readonly string[] = [' ', '\n', '1', 'a', ',', '.', '$', '\\', '{', '*'];

/** Every piece by itself, and in turn with some of the others. */
const repeated: readonly string[] = [...pieces, ...pieces.flatMap((piece) => mixed.map((other) => piece + other))];

/** Readers that look for more than the others, and are tried on the mixed texts too. */
const thorough: readonly string[] = ['extractAnswers', 'a response', 'what is parsed'];

const line = (kind: ExtractLine['kind'], text: string): unknown => extractLine({ kind, text, config: {} });
const kinds: readonly ExtractLine['kind'][] = ['latex', 'expr', 'string', 'boxed', 'gsm8k', 'final_int'];

/** By name: what reads a text, and how long the text is. */
const readers: Readonly<Record<string, readonly [length: number, read: (text: string) => unknown]>> = {
  extractAnswers: [100_000, (text) => extractAnswers(text)],
  'extractAnswers of a letter': [100_000, (text) => extractAnswers(text, { kinds: ['letter'] })],
  'the answer after a phrase': [100_000, (text) => extractAnswers(`The final answer is ${text}`)],
  lastBoxed: [100_000, lastBoxed],
  verifyNumeric: [100_000, (text) => [verifyNumeric('5', text), verifyNumeric(text, '\\boxed{5}')]],
  'a response': [100_000, (text) => judgeAnswer('x^2 + 1', text)],
  'a box too large to be parsed': [39_900, (text) => judgeAnswer('x^2 + 1', `\\boxed{${text}}`)],
  'what is parsed': [19_900, (text) => parseAnswer(text)],
  ...Object.fromEntries(kinds.map((kind) => [kind, [100_000, (text: string) => line(kind, text)] as const])),
};

/** Work of the kind that readers do, of the same size everywhere: matching, slicing and exact numbers. */
function unitOfWork(): void {
  let sum = 0n;
  const text = 'ab 1.5 + \\frac{2}{3} '.repeat(20);
  for (let i = 0; i < 4_000; i++) {
    for (const [number] of text.matchAll(/\d+/g)) sum += BigInt(number) ** 3n;
    sum += BigInt(text.slice(i % 50).indexOf('}'));
  }
  if (sum === 0n) throw new Error('nothing was done');
}

/** The bound where the unit takes 60 ms or less; it is larger on slower processors. */
const limitMs = 1_000;
const limitHereMs = () => Math.max(limitMs, (limitMs / 60) * cpuMs(unitOfWork));

const slowOf = (texts: readonly string[], length: number, read: (text: string) => unknown): string[] =>
  texts.flatMap((piece) => {
    const text = `${piece.repeat(Math.ceil(length / piece.length)).slice(0, length)}x!`;
    const ms = cpuMs(() => read(text));
    if (ms <= limitMs) return [];
    const most = limitHereMs();
    return ms > most ? [`${JSON.stringify(piece)}: ${ms.toFixed(0)} ms, at most ${most.toFixed(0)}`] : [];
  });

function cpuMs(run: () => unknown): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

test.each(Object.entries(readers))(
  '%s',
  (name, [length, read]) => {
    expect(slowOf(thorough.includes(name) ? repeated : pieces, length, read)).toEqual([]);
  },
  300_000,
);

test('gold answers, and boxes as large as are compared', () => {
  expect(slowOf(pieces, 19_900, goldProblem)).toEqual([]);
  expect(slowOf(pieces, 19_900, (text) => judgeAnswer('x^2 + 1', `\\boxed{${text}}`))).toEqual([]);
}, 300_000);
