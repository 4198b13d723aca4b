/** An embedder in the layout of Qwen3-Embedding, from text to vector, against Sentence Transformers (scripts/golden/qwen3_embedding.py). */
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { overwriteWeight } from '../../models/testing/damage.js';
import golden from '../testing/qwen3-embedding/expected.json' with { type: 'json' };
import { readHubEncoder } from './hub-encoder.js';
import { startEncoder } from './open.js';

const folder = fileURLToPath(new URL('../testing/qwen3-embedding', import.meta.url));
const cut = { query: golden.maxTokens, document: golden.maxTokens };

describe('an embedder over a decoder', () => {
  it('gives the vectors of Sentence Transformers, instruction, end token and cut included', async () => {
    const embedder = await readHubEncoder(folder, { seed: 1, maxTokens: cut });
    expect(embedder).toMatchObject({ ignored: [], freshHead: false, spec: { query: { prefix: golden.prompt } } });
    const encoder = await startEncoder(embedder, { threads: 1 });
    try {
      const sides = [
        ['query', golden.queries, golden.queryVectors, 2],
        ['document', golden.documents, golden.documentVectors, 0],
      ] as const;
      for (const [side, texts, vectors, truncated] of sides) {
        const found = await encoder.encode(texts, side);
        expect(found.cut).toHaveLength(truncated);
        const all = found.texts.flatMap((text) => [...text.vectors]);
        vectors.flat().forEach((v, at) => expect(all[at]).toBeCloseTo(v, 4));
        for (const { ids } of encoder.tokenize(texts, side).texts.flat()) expect(ids.at(-1)).toBe(2);
      }
    } finally {
      await encoder.dispose();
    }
  });

  it('takes another instruction, and a fresh head of one vector a token', async () => {
    const { spec, encoder, freshHead } = await readHubEncoder(folder, {
      seed: 1,
      head: 'late-interaction',
      dim: 6,
      frozenLayers: 1,
      prefix: { query: 'find a ' },
    });
    expect(spec.query.prefix).toBe('find a ');
    expect(freshHead).toBe(true);
    expect(encoder.config).toMatchObject({ kind: 'decoder', head: { pooling: 'token', dense: [6] }, frozenLayers: 1 });
  });

  const changed = async (change: object) => {
    const copy = await temporaryFolder();
    await cp(folder, copy, { recursive: true });
    const path = join(copy, 'config.json');
    await writeFile(path, JSON.stringify({ ...(JSON.parse(await readFile(path, 'utf8')) as object), ...change }));
    return copy;
  };
  it.each([
    ['another architecture', { model_type: 'gemma3' }, 'gemma3'],
    ['a class that does not go with it', { architectures: ['LlamaModel'] }, 'LlamaForCausalLM'],
    ['a wider model', { hidden_size: 32 }, 'has shape'],
    ['fewer layers than weights', { num_hidden_layers: 1, layer_types: ['full_attention'] }, 'has no place'],
  ])('refuses %s', async (_, change, message) => {
    await expect(readHubEncoder(await changed(change), { seed: 1 })).rejects.toMatchObject({
      code: 'model',
      message: expect.stringContaining(message) as string,
      where: expect.any(String) as string,
    });
  });

  it('refuses NaN by tensor', async () => {
    const copy = await changed({});
    await overwriteWeight(copy, 'layers.1.mlp.down_proj.weight', NaN);
    await expect(readHubEncoder(copy, { seed: 1 })).rejects.toMatchObject({
      code: 'not-finite',
      where: expect.stringContaining('layers.1.mlp.down_proj.weight') as string,
    });
  });
});
