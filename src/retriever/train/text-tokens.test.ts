import { expect, it } from 'vitest';
import { Rng } from '../../core/rng.js';
import type { Trace } from '../../data/types.js';
import { tokenizeBy, PLAIN_FORM } from '../encode/text-form.js';
import { NetEncoder } from '../encode/net-encoder.js';
import { NetSession } from '../encode/net/session.js';
import { smallSetup } from '../testing/small-encoder.js';
import { makeBatch } from './batches.js';
import { rankCandidates } from './ranking.js';
import { TextTokens } from './text-tokens.js';

const none = new Int32Array(0);
/** Texts are ids written with blanks. */
const plain = {
  encode: (text: string) => Int32Array.from(text.split(/\s+/).filter(Boolean), Number),
  prefixIds: none,
  suffixIds: none,
  tokenId: () => undefined,
};
const trace = (id: string, text: string): Trace => ({ id, question: '', trace: text, answer: '' });
const start = '1 1 1 1 1 1 1 1';
const traces = [trace('a', `${start} 2 2 2 2`), trace('b', `${start} 9 9 9 9`), trace('c', '3 3')];
const labelled = { query: { id: 'q', question: '9 9' }, positives: [traces[1]!], unknown: new Set<string>() };

it('a long trace is trained on by its first chunk, and ranked by its best', async () => {
  const forms = { query: { ...PLAIN_FORM, maxTokens: 8 }, document: { ...PLAIN_FORM, maxTokens: 8, chunks: 2 } };
  const info = { dim: 5, hash: 'toy', scoring: 'mean' } as const;
  const encoder = new NetEncoder(new NetSession(smallSetup()), tokenizeBy(plain, forms), info);
  try {
    const tokens = new TextTokens(encoder, [labelled.query], traces, 'trace');
    expect([tokens.truncatedQueries, tokens.truncatedDocuments]).toEqual([0, 2]);
    const batch = makeBatch({ queries: [labelled], positives: [traces[1]!] }, { inBatchPositives: 'mask' });
    const { documents_D } = tokens.batch(batch, 0, Rng.fromSeed(1));
    expect(documents_D.map(({ ids }) => [...ids])).toEqual([[1, 1, 1, 1, 1, 1, 1, 1]]);
    const [hits = []] = await rankCandidates(encoder, [labelled], { traces }, tokens, (_, rank) => rank(3));
    expect(hits[0]).toMatchObject({ trace: { id: 'b' } });
    expect(hits[0]!.score).toBeGreaterThan(hits[1]!.score + 0.01);
    expect(hits).toHaveLength(3);
  } finally {
    await encoder.dispose();
  }
});
