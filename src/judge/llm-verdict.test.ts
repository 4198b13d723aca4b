import { describe, expect, test } from 'vitest';
import { readVerdict, readVerdicts } from './llm-verdict.js';

describe('readVerdict', () => {
  test.each([
    ['{"justification":"same","verdict":"yes"}', true],
    ['```json\n{"justification": "{x}", "verdict": "No"}\n```', false],
    ['Sure!\n{"reason":"uses \\"AM-GM\\" }","relevant":true}\nDone.', true],
    ['{"justification":"by \\frac{a}{b} and \\sum","verdict":"no"}', false],
    ['{oops {"verdict": "yes."}', true],
    ['Both use induction.\n**Verdict:** yes', true],
    ['The answer is no', false],
    ['Yes.', true],
    ['no', false],
    ['They differ.\nNo.', false],
  ])('%s', (reply, relevant) => expect(readVerdict(reply)?.relevant).toBe(relevant));

  test.each([
    '',
    '{}',
    '{"verdict":"maybe"}',
    '{"justification":"yes',
    'yes or no',
    'No problem is alike in this respect',
    'Verdict: yes. On reflection, verdict: no.',
    'No. They share the pigeonhole principle. Yes.',
    'There is no theorem that both need, yet it helps',
  ])('says neither or both: %s', (reply) => expect(readVerdict(reply)).toBeUndefined());

  test('keeps the justification', () => {
    expect(readVerdict('{"justification":" both telescope ","verdict":"yes"}')?.justification).toBe('both telescope');
    expect(readVerdict('{"verdict":"yes"}')?.justification).toBe('');
  });
});

describe('readVerdicts', () => {
  const item = (reference: unknown, verdict: string) => ({
    reference,
    justification: `j${String(reference)}`,
    verdict,
  });
  const read = (value: unknown, count = 3) =>
    [...readVerdicts(typeof value === 'string' ? value : JSON.stringify(value), count)].map(([n, v]) => [
      n,
      v.relevant,
    ]);

  test('by number, in whatever order and wrapping', () => {
    const list = [item(2, 'no'), item('1', 'yes')];
    for (const value of [
      { judgements: list },
      { judgments: list },
      list,
      list.map((x) => JSON.stringify(x)).join('\n'),
    ]) {
      expect(read(value)).toEqual([
        [2, false],
        [1, true],
      ]);
    }
  });

  test('leaves out strangers, contradictions and what cannot be read', () => {
    expect(read({ judgements: [item(0, 'yes'), item(4, 'yes'), item(1.5, 'yes'), item(1, 'perhaps'), 7] })).toEqual([]);
    expect(read({ judgements: [item(1, 'yes'), item(1, 'no'), item(2, 'no'), item(2, 'no')] })).toEqual([[2, false]]);
  });

  test('a list cut in the middle gives what it has', () => {
    const whole = JSON.stringify({ judgements: [item(1, 'yes'), item(2, 'no')] });
    expect(read(whole.slice(0, -12))).toEqual([[1, true]]);
  });
});
