import { describe, expect, it } from 'vitest';
import { Rng } from '../../core/rng.js';
import { makeWorld } from '../../worlds/index.js';
import { hintOf } from './hint.js';
import { saysAnswer } from './says-answer.js';

const hint = (solution: string | undefined, answer: string, share: number) =>
  hintOf({ answer, ...(solution !== undefined && { solution }) }, share);

describe('hintOf', () => {
  it('takes whole sentences and lines up to the share', () => {
    const solution = 'We add 3.5 and 4.\nThe sum is large. Then we halve it.\n\\boxed{99}';
    expect(hint(solution, '99', 0.9)).toEqual({ text: 'We add 3.5 and 4.\nThe sum is large. Then we halve it.' });
    expect(hint(solution, '99', 0.6)).toEqual({ text: 'We add 3.5 and 4.\nThe sum is large.' });
    expect(hint(solution, '99', 0.3)).toEqual({ text: 'We add 3.5 and 4.' });
    expect(hint(solution, '99', 0.1)).toEqual({ missing: 'too-short' });
  });

  it('says why there is none', () => {
    expect(hint(undefined, '9', 0.5)).toEqual({ missing: 'no-solution' });
    expect(hint(' \n', '9', 0.5)).toEqual({ missing: 'no-solution' });
    expect(hint('It is 9. That is since 4 and 5 are what we have.', '9', 0.5)).toEqual({ missing: 'answer' });
  });

  it('ends before the first sentence that says the answer, however it is written', () => {
    const ends = (sentence: string, answer: string) =>
      hint(`Let us begin. ${sentence} And a long rest follows here.`, answer, 0.9);
    for (const [sentence, answer] of [
      ['So x = 42.', '42'],
      ['Clearly \\frac{1}{2} is it.', '0.5'],
      ['Half is $\\dfrac12$.', '1/2'],
      ['There are 1,234 of them.', '1234'],
      ['It is -5 in all.', '-5'],
      ['We get five of them.', '5'],
      ['So $x + 1$ divides it.', 'x+1'],
      ['The roots are 3 and then 2.', '2, 3'],
      ['Thus \\boxed{17} perhaps.', '18'],
      ['The answer is easy.', '77'],
      ['Choose B here.', 'B'],
    ] as const)
      expect(ends(sentence, answer), sentence).toEqual({ text: 'Let us begin.' });
  });

  it('cuts no formula and leaves out thinking', () => {
    const solution = '<think>It may be 5. Or not.</think>Start. \\[ a \n b \\] end. More words come here now.';
    expect(hint(solution, '5', 0.4)).toEqual({ text: 'Start.' });
    expect(hint('Start. $a. b$ is. More words come here now.', '5', 0.25)).toEqual({ text: 'Start.' });
  });
});

describe('saysAnswer', () => {
  it('is not fooled by parts of other numbers and words', () => {
    expect(saysAnswer('420 and 142 and 4', '42')).toBe(false);
    expect(saysAnswer('maximum', 'max')).toBe(false);
    expect(saysAnswer('a triangle', 'A')).toBe(false);
    expect(saysAnswer('A triangle', 'A')).toBe(true);
    expect(saysAnswer('only 3 here', '2, 3')).toBe(false);
  });
});

it('no hint of the world says its answer, at any share', () => {
  const { problems: train } = makeWorld({ seed: 3, trainProblems: 300 });
  const rng = Rng.fromSeed('shares');
  let shown = 0;
  for (const problem of train) {
    const found = hintOf(problem, rng.next());
    if (!('text' in found)) continue;
    shown++;
    expect(problem.solution!.startsWith(found.text)).toBe(true);
    expect(found.text.match(/\d+/g)).not.toContain(problem.answer);
  }
  expect(shown).toBeGreaterThan(50);
});
