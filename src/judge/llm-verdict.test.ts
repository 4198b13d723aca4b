import { describe, expect, test } from 'vitest';
import { whatIsSaid } from '../llm/index.js';
import { readVerdict, readVerdicts } from './llm-verdict.js';

const said = (text: string, finishReason = 'stop') => whatIsSaid({ text, finishReason });

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
    ['<think>{"verdict":"no"} Verdict: no</think>{"justification":"x","verdict":"yes"}', true],
    ['{"relevant": false}. Hmm.</think>\n```json\n{"justification":"x","relevant":true}\n```', true],
    ['<think>Verdict: no</think>\nVerdict: yes', true],
    ['{"justification":"the answer is no, the verdict: no matter","verdict":"yes"}', true],
    ['{"judgements":[{"reference":1,"justification":"x","verdict":"yes"}]}', true],
    ['Yes, here it is: {"justification":"x","verdict":"no"}', false],
    ['The answer is no longer 5, and so on. Verdict - yes, since both count.', true],
    ['<answer>yes</answer>', true],
    ['{"verdict":"No: other theorems"}', false],
  ])('%s', (reply, relevant) => expect(readVerdict(said(reply))?.relevant).toBe(relevant));

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
    '<think>The verdict: no',
    '{"verdict":"yes"}<think>or not',
    '{"verdict":"yes"} {"verdict":"no"}',
    '{"verdict":"no","verdict":"yes"}',
    '{"verdict":"yes","relevant":false}',
    '{"verdict":"yes"} On reflection, no.',
    '{"verdict":"yes"}\nVerdict: no',
    '{"verdict":"no doubt"}',
    '{"verdict":"yes/no"}',
    '{"verdict":"yes, or rather no"}',
    '{"judgements":[{"verdict":"yes"},{"verdict":"no"}]}',
    '{"justification":"here the answer is no',
    '{"justification":"here the answer is no", "verdict": maybe}',
    'Its answer is no. The two are alike',
    'Yes, but on second thought no.',
    'Verdict: no doubt they are alike',
  ])('says neither or both: %s', (reply) => expect(readVerdict(said(reply))).toBeUndefined());

  test('a reply that was cut is believed where it is JSON from its first sign on, and its object whole', () => {
    expect(readVerdict(said('{"justification":"x","verdict":"no"}  ', 'length'))?.relevant).toBe(false);
    expect(readVerdict(said('```json\n{"verdict":"no"}\n', 'length'))?.relevant).toBe(false);
    for (const text of ['Maybe {"verdict":"no"} but', 'Verdict: no, or', '{"justification":"x","verdict":"n', 'No.']) {
      expect(readVerdict(said(text, 'length'))).toBeUndefined();
    }
  });

  test('keeps the justification', () => {
    expect(readVerdict(said('{"justification":" both telescope ","verdict":"yes"}'))?.justification).toBe(
      'both telescope',
    );
    expect(readVerdict(said('{"verdict":"yes"}'))?.justification).toBe('');
  });
});

describe('readVerdicts', () => {
  const item = (reference: unknown, verdict: string) => ({
    reference,
    justification: `j${String(reference)}`,
    verdict,
  });
  const read = (value: unknown, count = 3) =>
    [...readVerdicts(said(typeof value === 'string' ? value : JSON.stringify(value)), count)].map(([n, v]) => [
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

  test('thinking is no list, and a cut one that may be thinking neither', () => {
    const list = JSON.stringify([item(1, 'no')]);
    expect(read(`<think>${list}</think>${JSON.stringify([item(1, 'yes')])}`)).toEqual([[1, true]]);
    expect(read(`<think>${list}`)).toEqual([]);
    expect(readVerdicts(said(`So far: ${list}`, 'length'), 3).size).toBe(0);
    expect(readVerdicts(said(list, 'length'), 3).size).toBe(1);
  });

  test('a list cut in the middle gives what it has', () => {
    const whole = JSON.stringify({ judgements: [item(1, 'yes'), item(2, 'no')] });
    expect(read(whole.slice(0, -12))).toEqual([[1, true]]);
  });
});
