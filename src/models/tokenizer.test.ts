import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Rng } from '../core/rng.js';
import { CHATML, tinyTokenizer, tinyTokenizerFiles } from './testing/tiny-tokenizer.js';
import { Tokenizer } from './tokenizer.js';

const ALPHABET = [...'abtheT 0129.,\n\t\r}{\\$é中🎉\u0301\u00a0\u200b<|>'];

describe('Tokenizer', () => {
  it('gives back every text exactly', () => {
    const tokenizer = tinyTokenizer();
    const rng = Rng.fromSeed(1);
    for (let n = 0; n < 300; n++) {
      const text = Array.from({ length: rng.int(40) }, () => rng.pick(ALPHABET)).join('');
      expect(tokenizer.decode(tokenizer.encode(text), { special: true })).toBe(text);
    }
  });

  it('merges, and knows special tokens inside a text', () => {
    const tokenizer = tinyTokenizer();
    expect([...tokenizer.encode(' the')]).toEqual([tokenizer.tokenId('Ġthe')]);
    const ids = tokenizer.encode('a<|im_end|>');
    expect([...ids]).toEqual([tokenizer.tokenId('a'), 2]);
    expect(tokenizer.decode(ids)).toBe('a');
    expect(tokenizer.decode(ids, { special: true })).toBe('a<|im_end|>');
    expect([...tokenizer.specialIds]).toEqual([0, 1, 2]);
    expect([tokenizer.bosId, tokenizer.eosId, tokenizer.vocabSize]).toEqual([0, 0, 266]);
    expect(tokenizer.encode('')).toHaveLength(0);
    expect(tokenizer.decode([])).toBe('');
  });

  it('knows what the tokenizer puts before a text', () => {
    expect([...tinyTokenizer().prefixIds]).toEqual([]);
    const tokenizer = tinyTokenizer({ bos: true });
    expect([...tokenizer.prefixIds]).toEqual([0]);
    expect([...tokenizer.encode('a')]).toEqual([tokenizer.tokenId('a')]);
    expect([...tokenizer.encode('a', { special: true })]).toEqual([0, tokenizer.tokenId('a')]);
  });

  it('takes single tokens by text, and refuses others by key', () => {
    const tokenizer = tinyTokenizer();
    expect(tokenizer.singleToken('}', 'generation.stop')).toBe(tokenizer.tokenId('}'));
    expect(tokenizer.singleToken('\n\n', 'generation.stop')).toBe(tokenizer.tokenId('ĊĊ'));
    expect(() => tokenizer.singleToken('stop', 'generation.stop')).toThrow(
      expect.objectContaining({ code: 'config', where: 'generation.stop' }),
    );
  });

  it('loads a folder; the template file goes before the one in the config', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tokenizer-'));
    const files = tinyTokenizerFiles({ chat: true });
    await expect(Tokenizer.load(folder)).rejects.toMatchObject({
      code: 'model',
      where: join(folder, 'tokenizer.json'),
    });
    await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(files.tokenizer));
    expect((await Tokenizer.load(folder)).chatTemplate).toBeUndefined();
    await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify(files.config));
    expect((await Tokenizer.load(folder)).chatTemplate?.source).toBe(CHATML);
    await writeFile(join(folder, 'chat_template.jinja'), 'new');
    expect((await Tokenizer.load(folder)).chatTemplate?.source).toBe('new');
    await writeFile(join(folder, 'tokenizer.json'), '{"model":{"type":"Strange"}}');
    await expect(Tokenizer.load(folder)).rejects.toMatchObject({
      code: 'model',
      where: join(folder, 'tokenizer.json'),
    });
    await rm(folder, { recursive: true });
  });
});
