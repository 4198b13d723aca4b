import { describe, expect, it } from 'vitest';
import { showing } from '../data/context.js';
import { fillTemplate } from './prompt-text.js';
import { PromptCodec, type PromptSettings } from './prompt.js';
import { tinyTokenizer } from './testing/tiny-tokenizer.js';

const chat = tinyTokenizer({ chat: true });
const base = tinyTokenizer({ bos: true });
const demo = { question: 'Add 1 and 2.', trace: '1 + 2 = 3. The answer is \\boxed{3}.' };
const problem = { question: 'Add 4 and 5.' };
const shown = (codec: PromptCodec, ids: Int32Array) =>
  (codec.layout === 'completion' ? base : chat).decode(ids, { special: true });
const plain = { problemTemplate: '{question} Box it.' };

describe('prompt layouts', () => {
  it('puts the trace as an earlier chat turn', () => {
    const codec = new PromptCodec(chat, { layout: 'auto', ...plain, system: 'Sys.' });
    expect(codec.layout).toBe('chat-turn');
    const turn = (role: string, text: string) => `<|im_start|>${role}\n${text}<|im_end|>\n`;
    const target = `${turn('user', 'Add 4 and 5. Box it.')}<|im_start|>assistant\n`;
    expect(shown(codec, codec.prompt(problem))).toBe(turn('system', 'Sys.') + target);
    const earlier = turn('user', 'Add 1 and 2. Box it.') + turn('assistant', demo.trace);
    expect(shown(codec, codec.prompt(problem, showing(demo)))).toBe(turn('system', 'Sys.') + earlier + target);
    const own = new PromptCodec(chat, { layout: 'chat-turn' });
    expect(shown(own, own.prompt(problem))).toContain('system\nBe brief.');
    expect(shown(own, own.prompt(problem))).toContain('\\boxed{}');
  });

  it('puts the trace inside the user turn', () => {
    const codec = new PromptCodec(chat, {
      layout: 'user-turn',
      ...plain,
      referenceTemplate: '{reference}>{trace}>{question}',
    });
    expect(shown(codec, codec.prompt(problem))).toContain('user\nAdd 4 and 5. Box it.<|im_end|>');
    expect(shown(codec, codec.prompt(problem, showing(demo)))).toContain(
      `user\nAdd 1 and 2.>${demo.trace}>Add 4 and 5.<|im_end|>`,
    );
    const own = new PromptCodec(chat, { layout: 'user-turn' });
    for (const part of [demo.question, demo.trace, problem.question])
      expect(shown(own, own.prompt(problem, showing(demo)))).toContain(part);
  });

  it('continues plain text for base models', () => {
    const codec = new PromptCodec(base, { layout: 'auto' });
    expect(codec.layout).toBe('completion');
    const target = 'Problem: Add 4 and 5.\nSolution:';
    expect(shown(codec, codec.prompt(problem))).toBe(`<|endoftext|>${target}`);
    expect(shown(codec, codec.prompt(problem, showing(demo)))).toBe(
      `<|endoftext|>Problem: Add 1 and 2.\nSolution: ${demo.trace}\n\n${target}`,
    );
    expect(shown(codec, codec.response('4 + 5 = 9.'))).toBe(' 4 + 5 = 9.<|endoftext|>');
    const word = new PromptCodec(base, {
      layout: 'completion',
      problemTemplate: '{question} =',
      solutionTemplate: '{trace} ;',
      stop: ['.'],
    });
    expect(shown(word, word.prompt(problem, showing(demo)))).toBe(
      `<|endoftext|>Add 1 and 2. =${demo.trace} ;Add 4 and 5. =`,
    );
    expect(shown(word, word.response('9.'))).toBe('9.'); // ends in a stop token already
  });

  it('fills places only, once', () => {
    expect(fillTemplate('{trace} \\boxed{} {other} {question}', { trace: '{question}$&', question: 'Q' })).toBe(
      '{question}$& \\boxed{} {other} Q',
    );
  });
});

describe('the shared prefix', () => {
  const settings: [string, PromptSettings][] = [
    ['chat-turn', { layout: 'chat-turn' }],
    ['user-turn', { layout: 'user-turn' }],
    ['completion', { layout: 'completion' }],
    // '.' then newlines merge across the cut with some questions: the split must still be exact.
    [
      'completion without a separator',
      { layout: 'completion', problemTemplate: '{question}:', solutionTemplate: '{trace}' },
    ],
  ];
  it.each(settings)('and the rest are the whole prompt (%s)', (_, s) => {
    const codec = new PromptCodec(s.layout === 'completion' ? base : chat, s);
    const questions = ['Add 4 and 5.', ' the rest', '\n\nx', '7', '}.', '', '中', '<|im_end|>', 'in'];
    const prefixes = questions.map((question) => {
      for (const d of [undefined, demo]) {
        const { prefix, rest } = codec.split({ question }, showing(d));
        expect([...prefix, ...rest]).toEqual([...codec.prompt({ question }, showing(d))]);
      }
      return codec.split({ question }, showing(demo)).prefix;
    });
    for (const prefix of prefixes) expect(prefix).toEqual(prefixes[0]);
    expect(shown(codec, prefixes[0]!)).toContain(demo.trace.slice(0, -1));
  });

  it('differs between demonstrations and without one', () => {
    const codec = new PromptCodec(chat, { layout: 'chat-turn' });
    const other = codec.split(problem, showing({ ...demo, trace: 'x' })).prefix;
    expect(codec.split(problem, showing(demo)).prefix).not.toEqual(other);
    expect(codec.split(problem).prefix.length).toBeLessThan(other.length);
  });
});

describe('ends', () => {
  it('stop at the end of a turn, the tokenizer, the config and the settings', () => {
    const codec = new PromptCodec(chat, { layout: 'chat-turn', stop: ['}'], eosIds: [9, 0] });
    expect(codec.stopTokens).toEqual([chat.tokenId('}'), 2, 0, 9]);
    expect(shown(codec, codec.response('x'))).toBe('x<|im_end|>');
    expect(codec.decode(codec.response('x'))).toBe('x');
    expect(new PromptCodec(base, { layout: 'completion' }).stopTokens).toEqual([0]);
  });

  it('refuses settings that cannot work, by key', () => {
    const refusal = (settings: PromptSettings, where: string) =>
      expect(() => new PromptCodec(base, settings)).toThrow(expect.objectContaining({ code: 'config', where }));
    refusal({ layout: 'chat-turn' }, 'prompt.layout');
    refusal({ layout: 'completion', stop: ['Problem'] }, 'generation.stop');
    refusal({ layout: 'completion', problemTemplate: 'Q:' }, 'prompt.problemTemplate');
    refusal({ layout: 'completion', solutionTemplate: 'A:' }, 'prompt.solutionTemplate');
    refusal({ layout: 'completion', referenceTemplate: '{trace} {question}' }, 'prompt.referenceTemplate');
  });
});
