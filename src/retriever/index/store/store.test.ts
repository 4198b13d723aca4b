import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { strangersIn } from '../../../core/owned-folder.js';
import { temporaryFolder } from '../../../core/testing/temporary-folder.js';
import { SPEC_DEFAULTS } from '../../encode/spec.js';
import type { IndexDocument } from '../types.js';
import { corpusHash, readIndexHeader, type IndexKey } from './header.js';
import type { IndexDtype } from './quantise.js';
import { IndexStore } from './store.js';

const key: IndexKey = { encoderHash: 'abc', corpusHash: 'def', dim: 2, normalisation: 'l2', spec: SPEC_DEFAULTS };
const vectors = Float32Array.from([1, 0, 0, 1, 0.6, 0.8]);
const documents: IndexDocument[] = [
  { id: 'a', chunks: { dim: 2, lengths: Int32Array.from([2]), vectors: vectors.slice(0, 4) }, fields: { type: 'x' } },
  { id: 'none', chunks: { dim: 2, lengths: Int32Array.from([0]), vectors: new Float32Array(0) } },
  { id: 'b', chunks: { dim: 2, lengths: Int32Array.from([1]), vectors: vectors.slice(4) } },
];

async function open(folder: string, dtype?: IndexDtype, as = key): Promise<IndexStore> {
  const store = await IndexStore.open(folder, as, dtype);
  onTestFinished(() => store.close());
  return store;
}

async function written(dtype: IndexDtype = 'float32'): Promise<IndexStore> {
  const store = await open(join(await temporaryFolder(), 'index'), dtype);
  await store.add(documents, { truncated: 1 });
  return store;
}

describe('an index on disk', () => {
  it('comes back as it was written', async () => {
    const { folder } = await written();
    const store = await open(folder);
    expect(store.readChunks([0, 1, 2])).toEqual({ dim: 2, lengths: Int32Array.from([2, 0, 1]), vectors });
    expect(store.header).toMatchObject({ format: 2, dtype: 'float32', documents: 3, tokens: 3, truncatedDocuments: 1 });
    expect(store.documents.fields).toEqual([{ type: 'x' }, undefined, undefined]);
    expect(await readIndexHeader(folder)).toEqual(store.header);
    expect(await readIndexHeader(join(folder, 'nowhere'))).toBeUndefined();
    // Others may replace the folder: it has nothing but what was written here.
    expect(await strangersIn(folder)).toEqual([]);
    await store.verify();
  });

  it('keeps bytes to half a step of the largest number of a chunk', async () => {
    const store = await written('int8');
    const read = store.readChunks([0, 1, 2]).vectors;
    for (const [i, value] of vectors.entries())
      expect(Math.abs(value - read[i]!)).toBeLessThanOrEqual(0.5 / 127 + 1e-7);
    expect((await open(store.folder, 'float32')).header.dtype).toBe('int8');
  });

  it.each<[string, object]>([
    ['encoderHash', { encoderHash: 'other' }],
    ['corpusHash', { corpusHash: 'other' }],
    ['dim', { dim: 3 }],
    ['spec.scoring', { spec: { ...SPEC_DEFAULTS, scoring: 'sum' } }],
    ['spec.document', { spec: { ...SPEC_DEFAULTS, document: { ...SPEC_DEFAULTS.document, maxTokens: 9 } } }],
    ['spec.query', { spec: { ...SPEC_DEFAULTS, query: { ...SPEC_DEFAULTS.query, prefix: '[Q]' } } }],
  ])('refuses another %s', async (what, other) => {
    const { folder } = await written();
    const where = `${join(folder, 'index.json')}: ${what}`;
    await expect(open(folder, 'float32', { ...key, ...other })).rejects.toMatchObject({ code: 'data', where });
  });

  it.each(['index.json', 'segment-1.json', 'segment-1.vectors'])('refuses a damaged %s', async (file) => {
    const { folder } = await written();
    const bytes = await readFile(join(folder, file));
    await truncate(join(folder, file), bytes.length - 3);
    await expect(open(folder)).rejects.toMatchObject({ code: 'model', where: join(folder, file) });
  });

  it('finds a changed byte: of a table at once, of vectors when asked for', async () => {
    const { folder } = await written();
    const flip = async (file: string) => {
      const bytes = await readFile(join(folder, file));
      bytes[bytes.length - 4]! ^= 1;
      await writeFile(join(folder, file), bytes);
    };
    await flip('segment-1.vectors');
    await expect((await open(folder)).verify()).rejects.toMatchObject({ code: 'model' });
    await flip('segment-1.json');
    await expect(open(folder)).rejects.toMatchObject({ code: 'model', where: join(folder, 'segment-1.json') });
  });

  it('refuses an index of an earlier form', async () => {
    const { folder } = await written();
    await writeFile(join(folder, 'index.json'), JSON.stringify({ ...key, format: 1, documents: 3, tokens: 3 }));
    await expect(open(folder)).rejects.toMatchObject({ code: 'data', where: expect.stringContaining('format') });
  });

  it('writes no vector that is NaN over a good index, and reads none', async () => {
    const store = await written();
    const chunks = { dim: 2, lengths: Int32Array.from([1]), vectors: Float32Array.from([NaN, 1]) };
    await expect(store.add([{ id: 'c', chunks }])).rejects.toMatchObject({ code: 'not-finite' });
    expect((await open(store.folder)).header).toMatchObject({ documents: 3, revision: 1 });
    const file = join(store.folder, 'segment-1.vectors');
    await writeFile(file, new Uint8Array(Float32Array.from([1, 0, 0, Infinity, 0.6, 0.8]).buffer));
    expect(() => store.readChunks([0])).toThrow(expect.objectContaining({ code: 'not-finite' }) as Error);
  });

  it('gives back the room of what was removed, and leaves no file over', async () => {
    const store = await written('int8');
    await store.add([{ ...documents[2]!, id: 'c' }]);
    await store.remove(['a']);
    const before = store.readChunks([2, 3]);
    await store.compact();
    expect(store.documents.ids).toEqual(['none', 'b', 'c']);
    expect(store.readChunks([1, 2])).toEqual(before);
    expect(store.header).toMatchObject({ documents: 3, tokens: 2 });
    const files = (await readdir(store.folder)).filter((file) => !file.startsWith('.'));
    expect(files.toSorted()).toEqual(['index.json', 'segment-4-0.json', 'segment-4-0.vectors']);
    expect((await open(store.folder)).documents.ids).toEqual(store.documents.ids);
  });

  it('refuses to write over what another process did since, and into a folder of somebody else', async () => {
    const store = await written();
    const late = await open(store.folder);
    await store.remove(['a']);
    await expect(late.add([{ ...documents[0]!, id: 'z' }])).rejects.toMatchObject({ code: 'io' });
    const strange = join(await temporaryFolder(), 'strange');
    await (await open(strange)).add(documents);
    await writeFile(join(strange, 'notes.txt'), 'mine');
    await expect((await open(strange)).remove(['a'])).rejects.toMatchObject({ code: 'io' });
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
