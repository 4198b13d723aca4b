import { describe, expect, it } from 'vitest';
import { ChatTemplate, templateFromConfig } from './chat-template.js';
import { CHATML } from './testing/tiny-tokenizer.js';

const turns = [
  { role: 'user', content: 'q' },
  { role: 'assistant', content: 'a' },
] as const;

describe('ChatTemplate', () => {
  it('renders turns, and where the assistant begins', () => {
    const template = new ChatTemplate(CHATML, {});
    const text =
      '<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\na<|im_end|>\n';
    expect(template.render(turns, { generationPrompt: false })).toBe(text);
    expect(template.render(turns, { generationPrompt: true })).toBe(`${text}<|im_start|>assistant\n`);
  });

  it('offers the variables and a date that never changes', () => {
    const template = new ChatTemplate("{{ bos_token }}{{ strftime_now('%d %b %Y') }}|{{ messages[0].content }}", {
      bos_token: '<s>',
    });
    expect(template.render(turns, { generationPrompt: true })).toBe('<s>26 Jul 2024|q');
  });

  it('says what the template refused', () => {
    const template = new ChatTemplate("{{ raise_exception('no system message') }}", {}, 'x.json');
    expect(() => template.render(turns, { generationPrompt: true })).toThrow(/user, assistant: no system message/);
    expect(() => template.render(turns, { generationPrompt: true })).toThrow(
      expect.objectContaining({ code: 'model', where: 'x.json' }),
    );
    expect(() => new ChatTemplate('{% for %}', {})).toThrow(expect.objectContaining({ code: 'model' }));
  });

  it('finds the default among named templates', () => {
    expect(templateFromConfig('t')).toBe('t');
    expect(
      templateFromConfig([
        { name: 'tool_use', template: 'a' },
        { name: 'default', template: 'b' },
      ]),
    ).toBe('b');
    expect(templateFromConfig(undefined)).toBeUndefined();
  });
});
