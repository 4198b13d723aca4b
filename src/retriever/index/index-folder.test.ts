import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { overwriteWeight } from '../../models/testing/damage.js';
import { corpusHash, readIndex, readIndexHeader, writeIndex, type IndexKey } from './index-folder.js';
import { SPEC_DEFAULTS } from '../encode/spec.js';
import type { TokenVectors } from '../encode/token-vectors.js';

const key: IndexKey = { encoderHash: 'abc', corpusHash: 'def', dim: 2, normalisation: 'l2', spec: SPEC_DEFAULTS };
const vectors: TokenVectors = {
  dim: 2,
  lengths: Int32Array.from([2, 0, 1]),
  vectors: Float32Array.from([1, 0, 0, 1, 0.6, 0.8]),
};
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ra-rft-index-'));
});
afterAll(() => rm(folder, { recursive: true }));

const write = async (name: string) => {
  await writeIndex(join(folder, name), { ...key, truncatedDocuments: 1 }, vectors);
  return join(folder, name);
};

describe('index folder', () => {
  it('comes back as it was written', async () => {
    const path = await write('whole');
    const { header, vectors: read } = await readIndex(path, key);
    expect(read).toEqual(vectors);
    expect(header).toMatchObject({ format: 1, documents: 3, tokens: 3, truncatedDocuments: 1 });
    expect(await readIndexHeader(path)).toEqual(header);
    expect(await readIndexHeader(join(folder, 'nowhere'))).toBeUndefined();
  });

  it.each([
    ['encoderHash', { ...key, encoderHash: 'other' }],
    ['corpusHash', { ...key, corpusHash: 'other' }],
    ['dim', { ...key, dim: 3 }],
    ['spec.scoring', { ...key, spec: { ...key.spec, scoring: 'sum' as const } }],
    ['spec.maxDocumentTokens', { ...key, spec: { ...key.spec, maxDocumentTokens: 9 } }],
    ['spec.documentPrefix', { ...key, spec: { ...key.spec, documentPrefix: '[D]' } }],
  ])('refuses another %s', async (what, other) => {
    const path = await write('mismatch');
    const where = `${join(path, 'index.json')}: ${what}`;
    await expect(readIndex(path, other)).rejects.toMatchObject({ code: 'data', where });
  });

  it('refuses damaged and missing files', async () => {
    const path = await write('damaged');
    await truncate(join(path, 'embeddings.safetensors'), 200);
    await expect(readIndex(path, key)).rejects.toMatchObject({ code: 'model' });
    await writeFile(join(path, 'index.json'), '{');
    await expect(readIndex(path, key)).rejects.toMatchObject({ code: 'model', where: join(path, 'index.json') });
    await expect(readIndex(join(folder, 'nowhere'), key)).rejects.toMatchObject({ code: 'model' });
  });

  it('writes no vector that is NaN over a good index, and reads none', async () => {
    const path = await write('numbers');
    const spoilt = { ...vectors, vectors: vectors.vectors.with(1, NaN) };
    await expect(writeIndex(path, { ...key, truncatedDocuments: 0 }, spoilt)).rejects.toMatchObject({
      code: 'not-finite',
      message: expect.stringContaining('tensor vectors') as string,
    });
    expect((await readIndex(path, key)).vectors).toEqual(vectors);
    await overwriteWeight(join(path, 'embeddings.safetensors'), 'vectors', Infinity);
    await expect(readIndex(path, key)).rejects.toMatchObject({ code: 'not-finite' });
  });

  it('refuses vectors that do not fit their lengths', async () => {
    const bad = { ...vectors, lengths: Int32Array.from([2, 2]) };
    await expect(writeIndex(join(folder, 'bad'), { ...key, truncatedDocuments: 0 }, bad)).rejects.toMatchObject({
      code: 'internal',
    });
  });
});

describe('corpusHash', () => {
  const trace = { id: 'a', question: 'q', trace: 't', answer: '1' };
  it('changes with ids, order and the indexed text only', () => {
    const hash = (traces: (typeof trace)[], text: 'question' | 'question+trace' = 'question') =>
      corpusHash(traces, { ...SPEC_DEFAULTS, text });
    const other = { ...trace, id: 'b' };
    expect(hash([trace, other])).not.toBe(hash([other, trace]));
    expect(hash([{ ...trace, trace: 'x', answer: '2' }])).toBe(hash([trace]));
    expect(hash([{ ...trace, trace: 'x' }], 'question+trace')).not.toBe(hash([trace], 'question+trace'));
  });
});
