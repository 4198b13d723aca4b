import { describe, expect, test } from 'vitest';
import { Rng } from '../core/rng.js';
import { ballotOf, type Ballot } from './ballot.js';
import { majAtK, majCurve } from './estimators.js';
import type { JudgedSample } from './records.js';
import { majorityCurve } from './majority.js';

const rng = Rng.fromSeed(1);
const said = (outcome: 'match' | 'mismatch', extracted: string, answerForm?: string): JudgedSample => ({
  verdict: { outcome, rule: 'r', extracted, ...(answerForm !== undefined && { answerForm }) },
  reward: Number(outcome === 'match'),
});
const right = (text = '7') => said('match', text);
const wrong = (text = '8') => said('mismatch', text);
const silent: JudgedSample = { verdict: { outcome: 'no_answer', rule: 'no-box' }, reward: 0 };
const broken: JudgedSample = { verdict: { outcome: 'timeout', rule: 'r', reason: 'slow' }, reward: null };

describe('majorityCurve', () => {
  test('by hand: two right ones and one wrong one', () => {
    // Pairs: one of two right ones (1), two of a right and a wrong one (a tie, 1/2 each).
    const curve = majorityCurve({ right: 2, wrong_A: [1], silent: 0 }, rng);
    expect([...curve]).toEqual([2 / 3, (1 + 0.5 + 0.5) / 3, 1].map((x) => expect.closeTo(x, 12) as number));
  });

  test('by hand: samples without an answer do not vote', () => {
    // Of six pairs: right-right 1, right-wrong 1/2 twice, right-silent 1 twice, wrong-silent 0.
    const curve = majorityCurve({ right: 2, wrong_A: [1], silent: 1 }, rng);
    expect([...curve]).toEqual([2 / 4, 4 / 6, 3 / 4, 1].map((x) => expect.closeTo(x, 12) as number));
    expect([...majorityCurve({ right: 0, wrong_A: [], silent: 2 }, rng)]).toEqual([0, 0]);
    expect([...majorityCurve({ right: 0, wrong_A: [], silent: 0 }, rng)]).toEqual([]);
  });

  test('is the mean over all subsets, whatever the ballot', () => {
    const draw = Rng.fromSeed('ballots');
    for (let i = 0; i < 25; i++) {
      const ballot: Ballot = {
        right: draw.int(4),
        wrong_A: Array.from({ length: draw.int(4) }, () => 1 + draw.int(3)),
        silent: draw.int(3),
      };
      const counted = majorityCurve(ballot, rng);
      for (const [at, value] of bruteForce(ballot).entries()) expect(counted[at]).toBeCloseTo(value, 12);
    }
  });

  test('hundreds of samples neither overflow nor drift', () => {
    const curve = majorityCurve({ right: 128, wrong_A: [128], silent: 0 }, rng);
    for (const value of curve) expect(value).toBeCloseTo(0.5, 9);
    const rare = majorityCurve({ right: 1, wrong_A: repeat(1, 255), silent: 0 }, rng);
    expect(rare[0]).toBeCloseTo(1 / 256, 12);
    expect(rare[255]).toBeCloseTo(1 / 256, 9); // all tie
  });

  test('beyond, random orders come near, and the same ones every time', () => {
    const ballot = { right: 300, wrong_A: [200], silent: 100 };
    const curve = majorityCurve(ballot, Rng.fromSeed(3));
    expect(curve[0]).toBeCloseTo(0.5, 1);
    expect(curve[2]).toBeCloseTo(majorityCurve({ right: 120, wrong_A: [80], silent: 40 }, rng)[2]!, 1);
    expect(curve.at(-1)).toBeCloseTo(1, 12);
    expect(majorityCurve(ballot, Rng.fromSeed(3))).toEqual(curve);
  });
});

describe('ballotOf', () => {
  test('whatever equals the gold answer is one answer', () => {
    expect(ballotOf([right('1/2'), right('0.5'), right('\\frac{1}{2}'), wrong()])).toEqual({
      right: 3,
      wrong_A: [1],
      silent: 0,
    });
    // Apart, they would lose to two equal wrong ones.
    expect(majAtK([right('1/2'), right('0.5'), right('50\\%'), wrong(), wrong('8.0')], 5)).toBe(1);
  });

  test('wrong answers are one by exact value, by normal form and as mathematics', () => {
    expect(ballotOf([wrong('0.5'), wrong('\\frac12'), said('mismatch', '.50', '0.5')]).wrong_A).toEqual([3]);
    expect(ballotOf([wrong('2\\sqrt{2}'), wrong('\\sqrt{8}'), wrong('3')]).wrong_A).toEqual([2, 1]);
    expect(ballotOf([wrong('\\sqrt{4}'), wrong('2'), wrong('x+1'), wrong('1+x')]).wrong_A).toEqual([2, 2]);
    expect(ballotOf([wrong('1'), wrong('2'), wrong('a'), wrong('b')]).wrong_A).toEqual([1, 1, 1, 1]);
  });

  test('failures take no part, and the curve ends before them', () => {
    expect([...majCurve([right(), broken, silent])]).toEqual([0.5, 1]);
    expect(majAtK([right(), broken, silent], 3)).toBeUndefined();
  });
});

/** Mean over all subsets of each size, one by one. */
function bruteForce({ right: rights, wrong_A, silent: silents }: Ballot): number[] {
  const samples = [
    ...repeat(0, rights),
    ...wrong_A.flatMap((count, a) => repeat(a + 1, count)),
    ...repeat(-1, silents),
  ];
  const sums = repeat(0, samples.length);
  const sizes = repeat(0, samples.length);
  for (let bits = 1; bits < 2 ** samples.length; bits++) {
    const drawn = samples.filter((_, i) => (bits >> i) & 1);
    const counts = new Map<number, number>();
    for (const answer of drawn) if (answer >= 0) counts.set(answer, (counts.get(answer) ?? 0) + 1);
    const most = Math.max(0, ...counts.values());
    const top = [...counts].filter(([, count]) => count === most).map(([answer]) => answer);
    sums[drawn.length - 1]! += top.includes(0) ? 1 / top.length : 0;
    sizes[drawn.length - 1]!++;
  }
  return sums.map((sum, i) => sum / sizes[i]!);
}

function repeat(value: number, count: number): number[] {
  return Array.from({ length: count }, () => value);
}
