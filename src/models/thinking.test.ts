import { describe, expect, it } from 'vitest';
import { verifyNumeric } from '../verify/index.js';
import { PromptCodec } from './prompt.js';
import { CHATML, CHATML_THINKING, tinyTokenizer } from './testing/tiny-tokenizer.js';
import { openedThinking } from './thinking.js';

const thinking = tinyTokenizer({ chat: CHATML_THINKING });
const codec = new PromptCodec(thinking, { layout: 'chat-turn' });
const said = (text: string, own = codec, tokenizer = thinking) => own.decode(tokenizer.encode(text));

describe('thinking that the chat template opens', () => {
  it('stands before what the response says, so that breaking off in it is no answer', () => {
    expect(said('Try \\boxed{7}, or')).toBe('<think>\nTry \\boxed{7}, or');
    expect(verifyNumeric('7', said('Try \\boxed{7}, or'))).toEqual({
      outcome: 'no_answer',
      rule: 'thinking-unfinished',
    });
    expect(verifyNumeric('7', said('Try 8.\n</think>\n\n\\boxed{7}'))).toMatchObject({ outcome: 'match' });
    expect(verifyNumeric('7', said('Try \\boxed{7}.\n</think>\n\n\\boxed{8}'))).toMatchObject({ outcome: 'mismatch' });
  });

  it('is not assumed where the template opens none, closes it, or only the data speaks of it', () => {
    const of = (chat: string) => new PromptCodec(tinyTokenizer({ chat }), { layout: 'chat-turn' }).thinking;
    expect(of(CHATML)).toBeUndefined();
    expect(of(CHATML_THINKING.replace('<think>\n', '<think>\n\n</think>\n\n'))).toBeUndefined();
    expect(of(CHATML.replace('Be brief.', 'Think in <think> tags.'))).toBeUndefined();
    expect(of(CHATML_THINKING)).toMatchObject({ open: '<think>', text: '<think>\n' });
    const base = new PromptCodec(tinyTokenizer(), { layout: 'completion', problemTemplate: '{question} <think>' });
    expect(said('\\boxed{7}', base)).toBe('<think>\\boxed{7}');
  });

  it('is told to verifiers in the tags they know, whatever the model calls it', () => {
    const own = new PromptCodec(tinyTokenizer({ chat: CHATML_THINKING.replace('<think>', '[THINK]') }), {
      layout: 'chat-turn',
    });
    expect(said('\\boxed{7}[/THINK]\\boxed{8}', own)).toBe('<think>\n\\boxed{7}</think>\\boxed{8}');
    expect(openedThinking('a [THINK] b [/THINK] c')).toBeUndefined();
  });

  it('keeps tags that are control tokens of the tokenizer, and drops the others', () => {
    const tokenizer = tinyTokenizer({ chat: CHATML_THINKING, specials: ['<think>', '</think>'] });
    const own = new PromptCodec(tokenizer, { layout: 'chat-turn' });
    const ids = tokenizer.encode('a</think>b<|im_end|>');
    expect(ids).toHaveLength(4);
    expect(own.decode(ids)).toBe('<think>\na</think>b');
  });

  it('is closed before a worked solution is learnt, and goes on where the solution thinks itself', () => {
    const shown = (solution: string) => thinking.decode(codec.response(solution), { special: true });
    expect(shown('2 = 2.')).toBe('\n</think>\n\n2 = 2.<|im_end|>');
    expect(shown('<think>\nhm\n</think>\n\n2')).toBe('hm\n</think>\n\n2<|im_end|>');
    expect(codec.decode(codec.response('So \\boxed{2}.'))).toBe('<think>\n\n</think>\n\nSo \\boxed{2}.');
  });
});
