/** An embedder in the layout of Qwen3-Embedding, from text to vector, against Sentence Transformers (scripts/golden/qwen3_embedding.py). */
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { overwriteWeight } from '../../models/testing/damage.js';
import golden from '../testing/qwen3-embedding/expected.json' with { type: 'json' };
import { readEmbedder } from './embedder-folder.js';
import { startEncoder } from './open.js';

const folder = fileURLToPath(new URL('../testing/qwen3-embedding', import.meta.url));

describe('readEmbedder', () => {
  it('gives the vectors of Sentence Transformers, instruction, end token and cut included', async () => {
    const embedder = await readEmbedder(folder);
    expect(embedder.spec.query).toMatchObject({ prefix: golden.prompt, maxTokens: golden.maxTokens, special: true });
    const encoder = await startEncoder(embedder, { threads: 1 });
    try {
      const sides = [
        ['query', golden.queries, golden.queryVectors, 2],
        ['document', golden.documents, golden.documentVectors, 0],
      ] as const;
      for (const [side, texts, vectors, cut] of sides) {
        const found = await encoder.encode(texts, side);
        expect(found.truncated).toBe(cut);
        vectors.flat().forEach((v, at) => expect(found.vectors.vectors[at]).toBeCloseTo(v, 4));
        for (const { ids } of encoder.tokenize(texts, side).texts) expect(ids.at(-1)).toBe(2);
      }
    } finally {
      await encoder.dispose();
    }
  });

  it('takes another instruction and shorter texts', async () => {
    const { spec } = await readEmbedder(folder, { queryPrefix: 'find a ', maxQueryTokens: 5, maxDocumentTokens: 900 });
    expect(spec).toMatchObject({ query: { prefix: 'find a ', maxTokens: 5 }, document: { prefix: '', maxTokens: 12 } });
  });

  const changed = async (file: string, change: (json: never) => unknown) => {
    const copy = await temporaryFolder();
    await cp(folder, copy, { recursive: true });
    const path = join(copy, file);
    await writeFile(path, JSON.stringify(change(JSON.parse(await readFile(path, 'utf8')) as never)));
    return copy;
  };
  it.each<[string, string, (json: never) => unknown, string]>([
    ['a dense layer', 'modules.json', (m: object[]) => [...m, { type: 'x.Dense', path: '3' }], 'x.Dense'],
    ['vectors with lengths', 'modules.json', (m: object[]) => m.slice(0, 2), 'no Normalize'],
    ['no pooling', 'modules.json', (m: object[]) => [m[0], m[2]], 'no Pooling'],
    ['no list of modules', 'modules.json', () => ({}), 'modules.json is missing or damaged'],
    ['two poolings', '1_Pooling/config.json', (p: object) => ({ ...p, pooling_mode_max_tokens: true }), 'max_tokens'],
    ['a prompt left out', '1_Pooling/config.json', (p: object) => ({ ...p, include_prompt: false }), 'the prompt'],
    ['a prompt that is no text', 'config_sentence_transformers.json', () => ({ prompts: { query: 3 } }), 'prompt is 3'],
    ['no length', 'sentence_bert_config.json', () => ({ max_seq_length: 'long' }), 'max_seq_length'],
    ['another architecture', 'config.json', (c: object) => ({ ...c, model_type: 'gemma3' }), 'gemma3'],
    ['a wider model', 'config.json', (c: object) => ({ ...c, hidden_size: 32 }), 'has shape'],
  ])('refuses %s', async (_, file, change, message) => {
    await expect(readEmbedder(await changed(file, change))).rejects.toMatchObject({
      code: 'model',
      message: expect.stringContaining(message) as string,
      where: expect.any(String) as string,
    });
  });

  it('refuses NaN, and a folder without modules', async () => {
    const copy = await changed('config.json', (c) => c);
    await overwriteWeight(copy, 'layers.1.mlp.down_proj.weight', NaN);
    await expect(readEmbedder(copy)).rejects.toMatchObject({
      code: 'not-finite',
      where: expect.stringContaining('layers.1.mlp.down_proj.weight') as string,
    });
    await rm(join(copy, 'modules.json'));
    await expect(readEmbedder(copy)).rejects.toMatchObject({ code: 'model' });
  });
});
