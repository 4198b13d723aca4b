/** Documents longer than an encoder takes: in chunks, found by what stands at their end. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Trace } from '../../data/types.js';
import { createEncoder } from '../encode/create.js';
import { writeRetriever } from '../encode/retriever-folder.js';
import { SPEC_DEFAULTS } from '../encode/spec.js';
import { PLAIN_FORM } from '../encode/text-form.js';
import { smallModelFolder } from '../testing/model-folder.js';
import { EncoderRetriever, type EncoderRetrieverOptions } from './encoder-retriever.js';

const filler = 'one two three and more text.\n'.repeat(6);
const trace = (id: string, end: string): Trace => ({ id, question: '', trace: filler + end, answer: '' });
// Equal but for their ends; where the ends are cut the smaller id comes first.
const long = [trace('a', 'apples and pears'), trace('b', 'by the lantern rule')];
const query = { id: 'q', question: 'the lantern rule' };
const TOKENS = 48;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ra-rft-long-'));
  await smallModelFolder(join(folder, 'model'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A retriever over `traces` whose encoder is made here. */
async function open(
  traces: readonly Trace[],
  {
    chunks,
    head,
    ...options
  }: { chunks?: number; head: 'late-interaction' | 'single-vector' } & EncoderRetrieverOptions,
): Promise<EncoderRetriever> {
  const at = await mkdtemp(join(folder, 'made-'));
  const model = join(folder, 'model');
  const shape = { head, hidden: 16, dim: 8, maxTokens: TOKENS };
  const document = { ...PLAIN_FORM, maxTokens: TOKENS, ...(chunks !== undefined && { chunks }) };
  const spec = { ...SPEC_DEFAULTS, document };
  await writeRetriever(join(at, 'encoder'), { encoder: await createEncoder(model, shape, 1), spec }, model);
  return EncoderRetriever.open(join(at, 'encoder'), join(at, 'index'), traces, { threads: 1, ...options });
}

async function find(...[traces, options]: Parameters<typeof open>) {
  const retriever = await open(traces, options);
  try {
    const [hits = []] = await retriever.search([query], { k: 10 });
    const [vectors = []] = await retriever.vectorsOf([{ query, traces }]);
    return {
      ids: hits.map((hit) => hit.trace.id),
      scores: hits.map(({ score }) => score),
      vectors,
      cut: retriever.truncated,
    };
  } finally {
    await retriever.dispose();
  }
}

describe('a document longer than its encoder takes', () => {
  it.each([
    ['late-interaction', 'exact'],
    ['late-interaction', 'centroid'],
    ['single-vector', 'exact'],
  ] as const)('is found by its end in chunks, and not without (%s, %s)', async (head, index) => {
    const cut = await find(long, { head, index });
    expect(cut.ids).toEqual(['a', 'b']);
    expect(cut.scores[0]).toBe(cut.scores[1]);
    expect(cut.cut).toEqual({ queries: 0, documents: 2 });
    const whole = await find(long, { head, index, chunks: 8 });
    expect(whole.ids).toEqual(['b', 'a']);
    expect(whole.cut).toEqual({ queries: 0, documents: 0 });
    // Vectors of a text, by which hits are told apart, are of all of its chunks.
    expect(cut.vectors[0]).toEqual(cut.vectors[1]);
    expect(whole.vectors[0]).not.toEqual(whole.vectors[1]);
  });

  it('is counted where there is more of it than chunks hold; a short one is found as ever', async () => {
    const head = 'late-interaction';
    expect((await find(long, { head, chunks: 2 })).cut.documents).toBe(2);
    const short = ['one two', 'the lantern', 'apples'].map((text, i) => ({ ...trace(`s${i}`, ''), trace: text }));
    expect(await find(short, { head, chunks: 8 })).toEqual(await find(short, { head }));
  });
});
