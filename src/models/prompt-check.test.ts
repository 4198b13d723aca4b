import { describe, expect, it } from 'vitest';
import { PromptCodec } from './prompt.js';
import { checkPrompts, tellingTraces, type PromptSample } from './prompt-check.js';
import { CHATML, CHATML_THINKING, tinyTokenizer } from './testing/tiny-tokenizer.js';

const thought = { question: 'Add 1 and 2.', trace: '<think>\nOne and two.\n</think>\n\nIt is \\boxed{3}.' };
const plain = { question: 'Add 1 and 2.', trace: 'It is \\boxed{3}.' };
const sample = (demonstration: PromptSample['demonstration']): PromptSample => ({
  name: 'trace t1',
  problem: { question: 'Add 4 and 5.' },
  demonstration,
});
const refusal = (run: () => void) => {
  try {
    run();
  } catch (error) {
    return error as { code: string; where: string; message: string; hint: string };
  }
  throw new Error('nothing was refused');
};

describe('checkPrompts', () => {
  it('accepts prompts that hold all of their parts, whatever blanks the template changes', () => {
    const trimming = tinyTokenizer({ chat: CHATML.replace("m['content']", "m['content'] | trim") });
    for (const layout of ['chat-turn', 'user-turn'] as const)
      checkPrompts(trimming, { layout, system: 'Sys.' }, [sample({ ...thought, trace: `\n${thought.trace}\n\n` })], {
        traces: true,
      });
    checkPrompts(tinyTokenizer(), { layout: 'auto' }, [sample(thought)], { traces: true });
  });

  it('refuses thinking that the template cuts out of an earlier turn, naming the layouts that keep it', () => {
    const tokenizer = tinyTokenizer({ chat: CHATML_THINKING });
    checkPrompts(tokenizer, { layout: 'chat-turn' }, [sample(plain)], { traces: true });
    const error = refusal(() =>
      checkPrompts(tokenizer, { layout: 'auto' }, [sample(plain), sample(thought)], { traces: true }),
    );
    expect(error).toMatchObject({ code: 'config', where: 'prompt.layout' });
    expect(error.message).toContain('thinking in the trace');
    expect(error.message).toContain('trace t1, layout chat-turn');
    expect(error.hint).toContain('completion');
    checkPrompts(tokenizer, { layout: 'completion' }, [sample(thought)], { traces: true });
  });

  it('refuses a system message that the template ignores', () => {
    const ignoring =
      "{% for m in messages %}{% if m['role'] != 'system' %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endif %}{% endfor %}<|im_start|>assistant\n";
    const tokenizer = tinyTokenizer({ chat: ignoring });
    checkPrompts(tokenizer, { layout: 'chat-turn' }, [], { traces: true });
    const error = refusal(() =>
      checkPrompts(tokenizer, { layout: 'chat-turn', system: 'Box it.' }, [], { traces: true }),
    );
    expect(error).toMatchObject({
      where: 'prompt.system',
      hint: expect.stringContaining('prompt.problemTemplate') as string,
    });
  });

  it('refuses a template that shows the last turn only, where traces are shown', () => {
    const tokenizer = tinyTokenizer({ chat: "{{ messages[-1]['content'] }}<|im_end|>" });
    expect(refusal(() => checkPrompts(tokenizer, { layout: 'chat-turn' }, [], { traces: true }))).toMatchObject({
      message: expect.stringContaining("the trace's question") as string,
      hint: expect.stringContaining('user-turn') as string,
    });
    checkPrompts(tokenizer, { layout: 'chat-turn' }, [], { traces: false });
  });

  it('refuses settings that the layout has no place for', () => {
    for (const [settings, where] of [
      [{ layout: 'completion', system: 'Box it.' }, 'prompt.system'],
      [{ layout: 'chat-turn', referenceTemplate: '{reference}{trace}{question}' }, 'prompt.referenceTemplate'],
    ] as const)
      expect(() => new PromptCodec(tinyTokenizer({ chat: true }), settings)).toThrow(
        expect.objectContaining({ code: 'config', where }),
      );
  });

  it('looks at traces with thinking first', () => {
    const traces = [...Array.from({ length: 50 }, (_, i) => ({ ...plain, question: `${i}` })), thought];
    expect(tellingTraces(traces, 5)[0]).toBe(thought);
    expect(tellingTraces(traces, 5)).toHaveLength(6);
    expect(tellingTraces([], 5)).toEqual([]);
  });
});
