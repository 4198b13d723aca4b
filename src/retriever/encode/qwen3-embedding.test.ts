/** An embedder in the layout of Qwen3-Embedding, from text to vector, against Sentence Transformers (scripts/golden/qwen3_embedding.py). */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { Rng } from '../../core/rng.js';
import { decoderEncoderFromHf } from '../../models/encoders/decoder-config.js';
import { createDecoderEncoder } from '../../models/encoders/decoder-weights.js';
import { Tokenizer } from '../../models/tokenizer.js';
import golden from '../testing/qwen3-embedding/expected.json' with { type: 'json' };
import { NetSession } from './net/session.js';
import { PLAIN_FORM, tokenizeBy } from './text-form.js';

it('an embedder has the vectors of Sentence Transformers, instruction, end token and cut included', async () => {
  const folder = fileURLToPath(new URL('../testing/qwen3-embedding', import.meta.url));
  const file = join(folder, 'config.json');
  const config = decoderEncoderFromHf(JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>, file);
  const encoder = await createDecoderEncoder({ folder }, config, Rng.fromSeed(1));
  const form = { ...PLAIN_FORM, maxTokens: golden.maxTokens, special: true };
  const tokenize = tokenizeBy(await Tokenizer.load(folder), {
    query: { ...form, prefix: golden.prompt },
    document: form,
  });
  const session = new NetSession({ ...encoder, scoring: 'mean', temperature: 1, threads: 1 });
  try {
    const sides = [
      ['query', golden.queries, golden.queryVectors, 2],
      ['document', golden.documents, golden.documentVectors, 0],
    ] as const;
    for (const [side, texts, vectors, cut] of sides) {
      const tokens = tokenize(texts, side);
      expect(tokens.truncated).toBe(cut);
      for (const { ids } of tokens.texts) expect(ids.at(-1)).toBe(2);
      const found = (await session.encode(tokens.texts)).vectors;
      vectors.flat().forEach((v, at) => expect(found[at]).toBeCloseTo(v, 4));
    }
  } finally {
    await session.dispose();
  }
});
