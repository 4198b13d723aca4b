/** Properties over generated answers: equal to themselves however they are spelled, unequal after one change. */
import { expect, test } from 'vitest';
import { Rng } from '../../core/rng.js';
import { judgeAnswer } from './judge.js';

const COUNT = 160;

const digits = (rng: Rng, count: number): string =>
  `${rng.int(9) + 1}${Array.from({ length: count - 1 }, () => rng.int(10)).join('')}`;
const integer = (rng: Rng): string => digits(rng, rng.pick([1, 2, 3, 5, 12, 40]));
const signed = (rng: Rng): string => `${rng.pick(['', '-'])}${integer(rng)}`;
const fraction = (rng: Rng): string => `${rng.pick(['', '-'])}\\frac{${integer(rng)}}{${integer(rng)}}`;
const surd = (rng: Rng): string => `${integer(rng)}\\sqrt{${rng.pick([2, 3, 5, 6, 7, 10, 13])}}`;
const value = (rng: Rng): string => rng.pick([signed, fraction, surd])(rng);

/** Exact answers of every kind. */
const KINDS: Readonly<Record<string, (rng: Rng) => string>> = {
  integer: signed,
  fraction,
  surd,
  power: (rng) => `${rng.pick([2, 3, 7])}^{${rng.int(300) + 20}}`,
  'one over a power': (rng) => `\\frac{1}{${rng.pick([2, 3, 10])}^{${rng.int(900) + 50}}}`,
  factorial: (rng) => `\\frac{${rng.int(8) + 1}}{${rng.int(1500) + 10}!}`,
  scientific: (rng) => `${rng.int(9) + 1}.${digits(rng, 3)} \\times 10^{${rng.pick(['', '-'])}${rng.int(60) + 5}}`,
  polynomial: (rng) => `${integer(rng)}x^{${rng.int(7) + 3}} - ${integer(rng)}x^2 + ${integer(rng)}`,
  complex: (rng) => `${signed(rng)} + ${integer(rng)}i`,
  tuple: (rng) => `(${value(rng)}, ${value(rng)}, ${value(rng)})`,
  set: (rng) => `\\{${signed(rng)}, ${fraction(rng)}, ${surd(rng)}\\}`,
  interval: (rng) => `${rng.pick(['(', '['])}-${integer(rng)}, ${surd(rng)}${rng.pick([')', ']'])}`,
  matrix: (rng) => `\\begin{pmatrix} ${value(rng)} & ${value(rng)} \\\\ ${value(rng)} & ${value(rng)} \\end{pmatrix}`,
  equation: (rng) => `y = ${integer(rng)}x - ${integer(rng)}`,
  based: (rng) => `${rng.int(4) + 1}${rng.int(5)}${rng.int(4) + 1}_{${rng.pick([5, 6, 7, 8, 9])}}`,
  quantity: (rng) => `${integer(rng)} \\text{ ${rng.pick(['cm', 'kg', 'hours', 'dollars'])}}`,
  logarithm: (rng) => `${integer(rng)} + \\ln ${rng.int(90) + 2}`,
};

/** What a check finds wrong over generated answers of every kind. */
function failures(check: (answer: string, rng: Rng) => string | undefined): string[] {
  const wrong: string[] = [];
  for (const [kind, make] of Object.entries(KINDS)) {
    const rng = Rng.fromSeed(`property/${kind}`);
    for (let i = 0; i < COUNT / 4; i++) {
      const failure = check(make(rng), rng);
      if (failure) wrong.push(`${kind}: ${failure}`);
    }
  }
  return wrong.slice(0, 10);
}

const matches = (gold: string, answer: string): boolean =>
  judgeAnswer(gold, `The answer is $\\boxed{${answer}}$.`).outcome === 'match';

/** Spellings that change nothing. */
const RESPELL: readonly ((text: string) => string)[] = [
  (text) => text.replace(/ /g, ''),
  (text) => text.replace(/([-+=,])/g, ' $1 '),
  (text) => `$${text}$`,
  (text) => text.replace(/\\frac/g, '\\dfrac'),
  (text) => text.replace(/^([([])(.*)([)\]])$/, '\\left$1$2\\right$3'),
  (text) => `{${text}}`,
  (text) => text.replace(/\\sqrt\{(\d+)\}/g, '\\sqrt{{$1}}'),
  (text) => text.replace(/,/g, ',\\,').replace(/ \\times /g, '\\,\\times\\,'),
  (text) => `\\;${text}\\!`,
  (text) => text.replace(/pmatrix/g, 'bmatrix'),
];

test('every answer equals itself', () => {
  expect(failures((answer) => (matches(answer, answer) ? undefined : answer))).toEqual([]);
});

test('spacing, dollars, sizing, fraction commands and needless braces change nothing, on either side', () => {
  const found = failures((answer, rng) => {
    const other = rng.pick(RESPELL)(answer);
    return matches(answer, other) && matches(other, answer) ? undefined : `${answer} as ${other}`;
  });
  expect(found).toEqual([]);
});

test('an answer with one digit changed never matches, at any magnitude', () => {
  const found = failures((answer, rng) => {
    const places = [...answer].flatMap((char, i) => (/\d/.test(char) ? [i] : []));
    const at = rng.pick(places);
    const digit = (Number(answer[at]) + 1 + rng.int(8)) % 10;
    const changed = `${answer.slice(0, at)}${digit}${answer.slice(at + 1)}`;
    return matches(answer, changed) || matches(changed, answer) ? `${answer} matched ${changed}` : undefined;
  });
  expect(found).toEqual([]);
});

test('an answer with one sign changed never matches', () => {
  const found = failures((answer, rng) => {
    const places = [...answer.matchAll(/[-+]/g)].map((match) => match.index);
    const at = places.length > 0 && rng.next() < 0.7 ? rng.pick(places) : -1;
    if (at < 0 && !/^[\d\\f]/.test(answer)) return undefined;
    const changed =
      at < 0 ? `-${answer}` : `${answer.slice(0, at)}${answer[at] === '-' ? '+' : '-'}${answer.slice(at + 1)}`;
    return matches(answer, changed) || matches(changed, answer) ? `${answer} matched ${changed}` : undefined;
  });
  expect(found).toEqual([]);
});

test('another bracket, base or unit never matches', () => {
  const rng = Rng.fromSeed('property/brackets');
  for (let i = 0; i < COUNT / 4; i++) {
    const [low, high] = [`-${integer(rng)}`, surd(rng)];
    const forms = ['(', '['].flatMap((open) => [')', ']'].map((close) => `${open}${low}, ${high}${close}`));
    for (const gold of forms)
      for (const other of forms) expect(matches(gold, other), `${gold} and ${other}`).toBe(gold === other);
    const number = `${rng.int(4) + 1}${rng.int(5)}${rng.int(4) + 1}`;
    expect(matches(`${number}_6`, `${number}_7`)).toBe(false);
    expect(matches(`${number}_6`, number)).toBe(false);
    const [unit, other] = rng.sample(
      ['cm', 'm', 'kg', 'g', 'seconds', 'hours', 'dollars', 'cents', 'liters', 'miles', '^\\circ'],
      2,
    );
    const withUnit = (name = ''): string => (name.startsWith('^') ? `${number}${name}` : `${number}\\text{ ${name}}`);
    expect(matches(withUnit(unit), withUnit(other)), `${withUnit(unit)} and ${withUnit(other)}`).toBe(false);
  }
});

test('values, tuples and sets are symmetric', () => {
  const rng = Rng.fromSeed('property/symmetric');
  for (let i = 0; i < COUNT; i++) {
    const [a, b] = [value(rng), rng.next() < 0.5 ? value(rng) : `\\frac{${signed(rng)}}{1}`];
    for (const wrap of [(x: string) => x, (x: string) => `(${x}, 1)`, (x: string) => `\\{${x}, 0\\}`]) {
      expect(matches(wrap(a), wrap(b))).toBe(matches(wrap(b), wrap(a)));
    }
  }
});
