import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Trace } from '../../data/types.js';
import { EmbeddingsClient } from '../../llm/index.js';
import { testSettings } from '../../llm/testing/client.js';
import { startScriptedServer } from '../../llm/testing/scripted-server.js';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { EncodedRetriever } from '../embeddings/encoded-retriever.js';
import { ServerEncoder } from '../embeddings/server-encoder.js';
import { Bm25Retriever } from '../lexical/bm25.js';
import { RerankRetriever } from './rerank-retriever.js';

const traces: Trace[] = ['apple one', 'apple two', 'pear', 'plum two'].map((trace, i) => {
  return { id: `t${i}`, question: '', trace, answer: '' };
});

/** A server whose vectors count the letters a, p and w, behind `retriever` prefixes. */
async function byLetters(texts: string[] = [], dimensions: number | null = null) {
  const server = await startScriptedServer(({ body }) => {
    const input = body['input'] as string[];
    texts.push(...input);
    const count = (text: string, letter: string) => 2 * (text.split(letter).length - 1);
    return {
      json: { data: input.map((text, index) => ({ index, embedding: ['a', 'p', 'w'].map((l) => count(text, l)) })) },
    };
  });
  onTestFinished(() => server.close());
  const client = await EmbeddingsClient.open({
    settings: { url: server.baseUrl, model: 'm', dimensions, batch: 8 },
    llm: testSettings(server.baseUrl),
    apiKey: undefined,
    cachePath: join(await temporaryFolder(), 'vectors.jsonl'),
  });
  const encoder = await ServerEncoder.open(client, { queryPrefix: 'Q:', documentPrefix: 'D:' }).catch(
    async (error: unknown) => {
      await client.dispose();
      throw error;
    },
  );
  return encoder;
}

const query = (question: string) => ({ id: 'q', question });
const idsOf = (hits: { trace: Trace }[] | undefined) => (hits ?? []).map(({ trace: { id } }) => id);

describe('embeddings', () => {
  it('rank by cosine, with the prefixes of both sides', async () => {
    const texts: string[] = [];
    // The probe has none of the letters; how long vectors are is seen all the same.
    const retriever = await EncodedRetriever.over(await byLetters(texts), traces, { text: 'trace' });
    onTestFinished(() => retriever.dispose());
    const [hits] = await retriever.search([query('pw')], { k: 4 });
    expect(texts).toEqual(expect.arrayContaining(['D:apple one', 'Q:pw']));
    // Cosine of (0, 1, 1) with (1, 2, 1), (1, 2, 0), (1, 1, 0), (0, 1, 1).
    expect(idsOf(hits)).toEqual(['t3', 't1', 't0', 't2']);
    expect(hits!.map(({ score }) => score)).toEqual(
      [1, 3 / Math.sqrt(12), 2 / Math.sqrt(10), 0.5].map((x) => expect.closeTo(x, 5) as number),
    );
    const only = [new Set(['t0', 't2'])];
    expect(idsOf((await retriever.search([query('pw')], { k: 4, onlyIds_Q: only }))[0])).toEqual(['t0', 't2']);
  });

  it('of another length than was said, or all zero, are refused', async () => {
    const over = async (dimensions: number | null, own: Trace[]) =>
      EncodedRetriever.over(await byLetters([], dimensions), own, { text: 'trace' });
    await expect(over(5, traces)).rejects.toMatchObject({ code: 'llm', where: 'dimensions' });
    await expect(over(null, [{ ...traces[0]!, trace: 'x' }])).rejects.toThrow(/zeros/);
  });
});

describe('a rerank', () => {
  it('puts the candidates of the first in the order of the second, and no others', async () => {
    const then = await EncodedRetriever.over(await byLetters(), traces, { text: 'trace' });
    const retriever = new RerankRetriever(new Bm25Retriever(traces), then, { candidates: 2 });
    onTestFinished(() => retriever.dispose());
    // BM25 proposes the two with "two"; by letters of "two w" the one with fewer others is the better.
    const [hits] = await retriever.search([query('two w')], { k: 1 });
    expect(idsOf(hits)).toEqual(['t3']);
    expect(idsOf((await retriever.search([query('two w')], { k: 2 }))[0])).toEqual(['t3', 't1']);
    // More than the candidates are asked for: as many are proposed.
    expect(idsOf((await retriever.search([query('two w')], { k: 4 }))[0])).toHaveLength(4);
    const excludeIds_Q = [new Set(['t3'])];
    expect(idsOf((await retriever.search([query('two w')], { k: 1, excludeIds_Q }))[0])).toEqual(['t1']);
    const [vectors] = await retriever.vectorsOf([{ query: query('two'), traces: traces.slice(0, 1) }]);
    expect(vectors).toHaveLength(1);
  });

  it('of no candidates is refused', () => {
    const bm25 = new Bm25Retriever(traces);
    expect(() => new RerankRetriever(bm25, bm25, { candidates: 0 })).toThrow(/candidates is 0/);
  });
});
