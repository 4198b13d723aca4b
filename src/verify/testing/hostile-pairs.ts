/** Inputs made to break a verifier, from a seed: mutated answers, and constructions whose cost grows out of hand. */
import type { Rng } from '../../core/rng.js';
import type { AnswerPair } from '../math-verifier.js';

/** Answers of many kinds, to mutate. */
const seeds: readonly string[] = [
  '42',
  '-1{,}234.50',
  '\\frac{3}{4}',
  '2\\frac{1}{3}',
  '33\\frac{1}{3}\\%',
  '\\$12.50',
  '3\\sqrt{2}+\\sqrt[3]{5}',
  '2^{99}-1',
  '6.02 \\times 10^{23}',
  '\\sin\\left(\\frac{\\pi}{6}\\right)',
  '\\log_{2} 8',
  '\\binom{10}{3}+7!',
  '3+4i',
  '(-\\infty, 2] \\cup [5, 7)',
  '\\{1, 2, \\ldots, 10\\}',
  '(1, -2, \\frac{1}{2})',
  '\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}',
  'x = 5 \\text{ or } x = -5',
  'y = 2x + 1',
  '1 < x \\le 3',
  'x^2 - 3x + 2',
  '\\frac{x+1}{x^2-1}',
  '\\pm \\sqrt{3}',
  '45^\\circ',
  '12\\text{ cm}^2',
  '1011_2',
  '3:45\\text{ p.m.}',
  '5:6',
  '\\varnothing',
  '\\text{(B)}',
  '\\text{east}',
];

/** Pieces to put in, divided by spaces; then those that hold spaces or cannot be written plainly. */
const pieces: readonly string[] = [
  String.raw`\frac \sqrt \left( \right) \begin{pmatrix} \end{cases} \text{ \boxed{ \pm \( \] \ \\ \cdot \pi`,
  String.raw`{ } ( ) [ ] $ $$ & ^ _ ! % | , ; : . - + = < / 0 9 99999999999999999999 1e999 1e-999 x i e`,
  '∞ ≤ ½ ٣ 🙂 é́ </think> #### \ud800 \udfff \u0000 \u202e',
]
  .flatMap((list) => list.split(' '))
  .concat('answer is', '\u2028', ' ');

/** Constructions by name; `n` grows from a handful to what fills a megabyte. */
const constructions: Readonly<Record<string, (n: number, rng: Rng) => string>> = {
  braces: (n) => '{'.repeat(n) + '1' + '}'.repeat(n),
  brackets: (n) => '('.repeat(n) + 'x' + ')'.repeat(n),
  openBraces: (n) => '{'.repeat(n),
  fractions: (n) => '\\frac{1}{1+'.repeat(n) + '1' + '}'.repeat(n),
  roots: (n) => '\\sqrt{2+'.repeat(n) + '2' + '}'.repeat(n),
  towers: (n) => '9^{'.repeat(n) + '9' + '}'.repeat(n),
  bareTowers: (n) => '9^'.repeat(n) + '9',
  boxes: (n) => '\\boxed{'.repeat(n),
  lefts: (n) => '\\left('.repeat(n) + '1',
  minuses: (n) => `${'-'.repeat(n)}1`,
  factorials: (n) => `9${'!'.repeat(n)}`,
  bigFactorial: (n) => `${n}!/${n - 1}!`,
  bigPower: (n) => `${n}^{${n}^{${n}}}`,
  bigBinomial: (n) => `\\binom{${n * 1000}}{${n * 500}}`,
  bigNegativePower: (n) => `2^{-${n * 1000}}`,
  expansion: (n) => `(x+y+z+1)^{${n}}`,
  product: (n) => Array.from({ length: n }, (_, i) => `(x-${i})`).join(''),
  polynomial: (n) => Array.from({ length: n }, (_, i) => `${i}x^{${i}}`).join('+'),
  variables: (n) => Array.from({ length: n }, (_, i) => `x_{${i}}`).join('+'),
  sines: (n) => '\\sin('.repeat(n) + 'x' + ')'.repeat(n),
  logs: (n) => `\\log_{${n}}(${n}^{${n}})`,
  sum: (n) => `\\sum_{k=1}^{${n}} \\frac{1}{k^2}`,
  set: (n) => `\\{${Array.from({ length: n }, (_, i) => i).join(', ')}\\}`,
  mixedSet: (n) => `\\{${Array.from({ length: n }, (_, i) => `\\sqrt{${i}}`).join(', ')}\\}`,
  tuple: (n) => `(${Array.from({ length: n }, (_, i) => `${i}/7`).join(', ')})`,
  union: (n) => Array.from({ length: n }, (_, i) => `(${2 * i}, ${2 * i + 1}]`).join(' \\cup '),
  solutions: (n) => Array.from({ length: n }, (_, i) => `x = ${i}`).join(' or '),
  plusMinus: (n) => '1 \\pm '.repeat(n) + '1',
  chain: (n) => Array.from({ length: n }, (_, i) => `${i}`).join(' < '),
  equalities: (n) => Array.from({ length: n }, () => '1').join(' = '),
  matrix: (n) => `\\begin{pmatrix}${Array.from({ length: n }, (_, i) => `${i} & ${i}`).join(' \\\\ ')}\\end{pmatrix}`,
  digits: (n, rng) => Array.from({ length: n }, () => rng.int(10)).join(''),
  decimals: (n, rng) => `0.${Array.from({ length: n }, () => rng.int(10)).join('')}`,
  thousands: (n) => '1' + ',000'.repeat(n),
  spacedDigits: (n) => '1 000 '.repeat(n),
  spaces: (n) => `1${' '.repeat(n)}2`,
  dollars: (n) => '$'.repeat(n),
  backslashes: (n) => '\\'.repeat(n),
  answers: (n) => 'the final answer is '.repeat(n),
  thinking: (n) => '<think>'.repeat(n) + '\\boxed{1}',
  letters: (n, rng) => Array.from({ length: n }, () => String.fromCharCode(97 + rng.int(26))).join(''),
  bytes: (n, rng) => Array.from({ length: n }, () => String.fromCharCode(rng.int(256))).join(''),
  surrogates: (n, rng) => Array.from({ length: n }, () => String.fromCharCode(0xd800 + rng.int(2048))).join(''),
  pieces: (n, rng) => Array.from({ length: n }, () => rng.pick(pieces)).join(''),
};
const constructionNames = Object.keys(constructions);

/** A pair with the way it was made, for reports. */
export type HostilePair = AnswerPair & { made: string };

/** An endless stream of pairs; the same for the same `rng`. Three in four are mutations, the rest constructions. */
export function* hostilePairs(rng: Rng): Generator<HostilePair, never> {
  for (;;) {
    const seed = rng.pick(seeds);
    if (rng.next() < 0.75) {
      const gold = rng.next() < 0.5 ? seed : mutated(seed, rng);
      const response = dressed(mutated(rng.next() < 0.7 ? gold : rng.pick(seeds), rng), rng);
      yield { gold, response, made: 'mutation' };
      continue;
    }
    const name = rng.pick(constructionNames);
    const { text, n } = constructed(name, rng);
    const [gold, answer] = rng.pick([
      [text, text],
      [seed, text],
      [text, seed],
      [text, mutated(text, rng)],
    ] as const);
    yield { gold, response: dressed(answer, rng), made: `${name}(${n})` };
  }
}

/** Sizes from 1 to 10,000 evenly over magnitudes; one in fifty fills a megabyte. */
function constructed(name: string, rng: Rng): { text: string; n: number } {
  const make = constructions[name]!;
  let n = Math.max(1, Math.round(10 ** (rng.next() * 4)));
  if (rng.int(50) === 0) n = Math.max(1, Math.round((1e6 * n) / make(n, rng).length));
  return { text: make(n, rng).slice(0, 1_000_000), n };
}

function mutated(text: string, rng: Rng): string {
  let out = text;
  for (let times = 1 + rng.int(4); times > 0; times--) {
    const at = rng.int(out.length + 1);
    const end = Math.min(out.length, at + 1 + rng.int(5));
    const parts = [out.slice(0, at), out.slice(at, end), out.slice(end)] as const;
    switch (rng.int(6)) {
      case 0:
        out = parts[0] + parts[2];
        break;
      case 1:
        out = parts[0] + parts[1].repeat(1 + rng.int(20)) + parts[2];
        break;
      case 2:
        out = parts[0] + rng.pick(pieces) + parts[1] + parts[2];
        break;
      case 3:
        out = parts[0] + parts[1];
        break;
      case 4:
        out = parts[0] + rng.pick(seeds) + parts[2];
        break;
      default:
        out = out.replace(/\d/, () => String(rng.int(10)));
    }
  }
  return out;
}

/** As an answer stands in a response. */
function dressed(answer: string, rng: Rng): string {
  switch (rng.int(5)) {
    case 0:
      return answer;
    case 1:
      return `Thus the final answer is $${answer}$.`;
    case 2:
      return `<think>${answer}</think>\\[${answer}\\]`;
    default:
      return `so \\boxed{${answer}}`;
  }
}
