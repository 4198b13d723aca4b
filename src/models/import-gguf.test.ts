import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadParams } from './checkpoint.js';
import { ggufName, llama3Scaling } from './gguf-config.js';
import { readDecoderConfig } from './hf-config.js';
import { ropeFrequencies } from './hf-rope.js';
import { halvesFromPairs, importGguf } from './import-gguf.js';
import { paramSpecs } from './parameters.js';
import { tinyTokenizerFiles } from './testing/tiny-tokenizer.js';
import { Tokenizer } from './tokenizer.js';

/** Made by scripts/golden/gguf_file.py from the checkpoints beside them. */
const golden = (name: string) => fileURLToPath(new URL(`./testing/golden/${name}`, import.meta.url));
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'gguf-'));
});
afterAll(() => rm(root, { recursive: true }));

/** The tiny Llama file with bytes replaced, as a file of its own. */
async function altered(name: string, change: (bytes: Buffer) => Buffer): Promise<string> {
  const path = join(root, name);
  await writeFile(path, change(await readFile(golden('tiny-llama.gguf'))));
  return path;
}

function swapText(bytes: Buffer, from: string, to: string): Buffer {
  expect(to).toHaveLength(from.length);
  const at = bytes.indexOf(from);
  expect(at).toBeGreaterThan(0);
  bytes.write(to, at);
  return bytes;
}

describe('importGguf', () => {
  it.each(['llama', 'qwen2'] as const)('gives back the weights and config of %s', async (name) => {
    const folder = join(root, name);
    const imported = await importGguf(golden(`tiny-${name}.gguf`), folder);
    expect(imported).toMatchObject({ parameters: name === 'llama' ? 17568 : 17696, name: `tiny ${name}` });
    expect(imported.formats).toEqual(name === 'llama' ? { F32: 16, Q8_0: 4 } : { F32: 26 });
    const original = await readDecoderConfig(golden(name));
    const config = await readDecoderConfig(folder);
    expect({ ...config, bosId: 1, eosIds: [2], ropeScaling: original.ropeScaling }).toEqual({ ...original });
    const [before, after] = [await loadParams(golden(name), original), await loadParams(folder, config)];
    for (const { name: param } of paramSpecs(config)) {
      const quantized = name === 'llama' && param.endsWith('gateUp');
      const worst = Math.max(...before.get(param)!.map((x, i) => Math.abs(x - after.get(param)![i]!)));
      expect(worst, param).toBeLessThanOrEqual(quantized ? 0.005 : 0); // 8 bits of weights up to about 1
    }
  });

  it('rebuilds the tokenizer and chat template', async () => {
    const folder = join(root, 'tokenizer');
    await importGguf(golden('tiny-llama.gguf'), folder);
    const tokenizer = await Tokenizer.load(folder);
    const ids = tokenizer.encode('See the 12<|end|>');
    expect([...ids].map((id) => tokenizer.tokenText(id))).toEqual(['S', 'e', 'e', 'Ġthe', 'Ġ', '1', '2', '<|end|>']);
    expect(tokenizer.decode(ids)).toBe('See the 12');
    expect([...tokenizer.prefixIds]).toEqual([0]); // add_bos_token
    expect(tokenizer.chatTemplate?.render([{ role: 'user', content: 'hi' }], { generationPrompt: true })).toBe(
      'hi<|end|>',
    );
  });

  it('takes another tokenizer, and other number formats', async () => {
    const from = join(root, 'own');
    const folder = join(root, 'other');
    await importGguf(golden('tiny-qwen2.gguf'), from);
    await writeFile(join(from, 'tokenizer.json'), JSON.stringify(tinyTokenizerFiles().tokenizer));
    const unknown = await altered('spm.gguf', (bytes) => swapText(bytes, 'gpt2', 'spm2'));
    await expect(importGguf(unknown, folder)).rejects.toMatchObject({
      code: 'model',
      where: `${unknown}: tokenizer.ggml.model`,
    });
    await importGguf(unknown, folder, { tokenizerFrom: from, dtype: 'bfloat16' });
    expect((await Tokenizer.load(folder)).vocabSize).toBe(266);
    expect((await readDecoderConfig(folder)).dtype).toBe('bfloat16');
  });

  it('refuses other architectures and damaged files, and leaves nothing behind', async () => {
    const folder = join(root, 'never');
    const fails = async (name: string, change: (bytes: Buffer) => Buffer, where: string) => {
      const path = await altered(name, change);
      await expect(importGguf(path, folder)).rejects.toMatchObject({ code: 'model', where: path + where });
    };
    const metadata = (from: string, to: string) => (bytes: Buffer) => swapText(bytes, from, to);
    await fails(
      'gemma.gguf',
      (bytes) =>
        swapText(
          bytes,
          'architecture\x08\0\0\0\x05\0\0\0\0\0\0\0llama',
          'architecture\x08\0\0\0\x05\0\0\0\0\0\0\0gemma',
        ),
      ': general.architecture',
    );
    await fails('pre.gguf', metadata('smollm', 'sm0llm'), ': tokenizer.ggml.pre');
    await fails('key.gguf', metadata('llama.block_count', 'llama.block_cnt__'), ': llama.block_count');
    await fails('name.gguf', metadata('blk.1.attn_v', 'blk.1.attn_z'), ': blk.1.attn_z.weight');
    await fails('twice.gguf', metadata('blk.1.attn_k', 'blk.1.attn_v'), ': blk.1.attn_v.weight');
    await fails('cut.gguf', (bytes) => bytes.subarray(0, -8), ': output_norm.weight');
    await fails('header.gguf', (bytes) => bytes.subarray(0, 400), '');
    await fails('text.gguf', () => Buffer.from('no GGUF at all, only words'), '');
    const nan = await altered('nan.gguf', (bytes) => {
      bytes.writeFloatLE(NaN, bytes.length - 4);
      return bytes;
    });
    await expect(importGguf(nan, folder)).rejects.toMatchObject({
      code: 'not-finite',
      where: `${nan}: output_norm.weight`,
    });
    await expect(importGguf(join(root, 'none.gguf'), folder)).rejects.toMatchObject({
      code: 'model',
      where: join(root, 'none.gguf'),
    });
    expect((await readdir(root)).filter((name) => name.startsWith('never'))).toEqual([]);
  });
});

describe('GGUF conventions', () => {
  it('names tensors', () => {
    expect(ggufName('model.layers.12.self_attn.q_proj.bias')).toBe('blk.12.attn_q.bias');
    expect(ggufName('model.embed_tokens.weight')).toBe('token_embd.weight');
    expect(ggufName('lm_head.weight')).toBe('output.weight');
    expect(() => ggufName('model.layers.0.what.weight')).toThrow(RangeError);
  });

  it('moves rows of rotary pairs into halves, head by head', () => {
    const rows = Float32Array.from([0, 1, 2, 3, 10, 11, 12, 13]); // two heads of four rows, one column
    halvesFromPairs(rows, 2, 4);
    expect([...rows]).toEqual([0, 2, 1, 3, 10, 12, 11, 13]);
  });

  it("finds Llama 3's settings behind its RoPE divisors", () => {
    const scaling = {
      kind: 'llama3',
      factor: 32,
      lowFreqFactor: 1,
      highFreqFactor: 4,
      originalMaxPosition: 8192,
    } as const;
    const plain = ropeFrequencies({ ropeTheta: 500_000 }, 64);
    const scaled = ropeFrequencies({ ropeTheta: 500_000, ropeScaling: scaling }, 64);
    expect(
      llama3Scaling(
        Float32Array.from(plain, (f, i) => f / scaled[i]!),
        500_000,
        64,
      ),
    ).toEqual(scaling);
    expect(
      llama3Scaling(
        Float32Array.from(plain, (_, i) => 1 + i),
        500_000,
        64,
      ),
    ).toBeUndefined();
  });
});
