import { describe, expect, test } from 'vitest';
import { whatIsSaid, withoutThinking } from './said.js';

describe('withoutThinking', () => {
  test.each([
    ['<think>no</think>\nyes', 'yes'],
    ['<thinking>no</thinking> yes', 'yes'],
    ['<reasoning>no</reasoning><answer>yes</answer>', '<answer>yes</answer>'],
    ['<THINK>\nno\n</Think>\n\nyes', 'yes'],
    ['<think type="deep">no</think>yes', 'yes'],
    ['< think >no</ think >yes', 'yes'],
    ['[THINK]no[/THINK]yes', 'yes'],
    ['◁think▷no◁/think▷yes', 'yes'],
    ['&lt;think&gt;no&lt;/think&gt;yes', 'yes'],
    ['<seed:think>no</seed:think>yes', 'yes'],
    ['<think:opensource>no</think:opensource>yes', 'yes'],
    ['<|begin_of_thought|>no<|end_of_thought|>yes', 'yes'],
    ['<|START_THINKING|>no<|END_THINKING|>yes', 'yes'],
    ['<|channel|>analysis<|message|>no<|end|><|start|>assistant<|channel|>final<|message|>yes<|return|>', 'yes'],
    ['analysisWe need to say no.assistantfinalyes', 'yes'],
    ['```thinking\nno\n```\nyes', 'yes'],
  ])('takes out thinking in its tags: %s', (text, said) => expect(withoutThinking(text)).toBe(said));

  test.each([
    ['no</think>yes', 'yes'],
    ['no <think>no</think> no</think>yes', 'yes'],
    ['no</think>no</think>yes', 'yes'],
    ['no</thinking>yes', 'yes'],
  ])('takes out what the template opened: %s', (text, said) => expect(withoutThinking(text)).toBe(said));

  test.each([
    ['<think>no<think>no</think>no</think>yes', 'yes'],
    ['<think>no<reasoning>no</reasoning>no</think>yes', 'yes'],
    ['<think>no<reasoning>no</think>yes', 'yes'],
    ['<thinking>no</think>yes', 'yes'],
    ['<think>\n<think>\nno</think>yes', 'yes'],
    ['a<think>no</think>b<think>no</think>c', 'abc'],
  ])('nested, doubled, several: %s', (text, said) => expect(withoutThinking(text)).toBe(said));

  test.each([
    '<think>no',
    'yes<think>no',
    '<think>no<think>no</think>yes?',
    '<think>no</think>yes<think>no',
    '<|channel|>analysis<|message|>no',
    'analysisWe say no',
    '```thinking\nno',
    '<think>no</think>',
    '',
  ])('leaves nothing where nothing was said at the end: %s', (text) => expect(withoutThinking(text)).toBe(''));

  test.each(['I think so: 3 < 5 > 2', 'an analysis of <b>x</b>', 'analysis of the case', '[1, 2]', '{"a":"think"}'])(
    'leaves alone what is no thinking: %s',
    (text) => expect(withoutThinking(text)).toBe(text),
  );

  test('takes time in proportion to the text', () => {
    const start = performance.now();
    expect(withoutThinking('<think>'.repeat(100_000))).toBe('');
    expect(withoutThinking('< think '.repeat(100_000))).not.toBe('');
    withoutThinking('```thinking\n'.repeat(50_001));
    withoutThinking('<|channel|>final'.repeat(50_000));
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

test('whatIsSaid tells a reply that was cut', () => {
  expect(whatIsSaid({ text: '<think>a</think> b', finishReason: 'stop' })).toEqual({ text: 'b', cut: false });
  expect(whatIsSaid({ text: 'a', finishReason: 'length' })).toEqual({ text: 'a', cut: true });
});
