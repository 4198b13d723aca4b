import { describe, expect, it, onTestFinished } from 'vitest';
import { RaRftError } from '../core/errors.js';
import { ServiceClient } from './client.js';
import { post, rawRequest, ready, served, trainedRetriever } from './testing/served.js';

const trained = trainedRetriever();

function clientOf(url: string): ServiceClient {
  const client = new ServiceClient({ url });
  onTestFinished(() => client.close());
  return client;
}

const question = 'please halve my 12 ships';
const kindOf = ({ id }: { id: string }) => id.split('-')[0];

describe('retrieval', () => {
  it('finds what the retriever in the folder finds, and by words beside it; filters and ids that are left out hold', async () => {
    const { url } = await ready([trained.shared()]);
    const client = clientOf(url);
    const { retriever, hits } = await client.retrieve({ question, k: 3 });
    expect([retriever, hits.map(kindOf)]).toEqual(['learned', ['halve', 'halve', 'halve']]);
    const [first] = hits;
    const others = await client.retrieve({ question, k: 3, exclude: [first?.id ?? ''] });
    expect(others.hits[0]?.id).toBe(hits[1]?.id);
    const only = await client.retrieve({ question, filter: { id: 'double-1' } });
    expect(only.hits.map(({ id }) => id)).toEqual(['double-1']);
    const words = await client.retrieve({ question, k: 2, retriever: 'bm25', filter: { id: { $ne: 'halve-0' } } });
    expect([words.retriever, words.hits.length]).toEqual(['bm25', 2]);
    const matched = await client.retrieve({ question, k: 1, matches: true });
    expect(matched.hits[0]?.matches?.[0]).toMatchObject({ query: expect.any(String) as string, chunk: 0 });
    expect((await client.retrievers()).retrievers).toEqual([
      { name: 'learned', size: 32, changeable: false },
      { name: 'bm25', size: 32, changeable: false },
    ]);
  });

  it('traces that are added are found, also after the server has ended; removed ones are gone', async () => {
    const own = await trained.own();
    const first = await ready([`mine=${own}`], { writable: true });
    const client = clientOf(first.url);
    const trace = { id: 'new/1', question: 'please halve my 90 ships', trace: 'halve', level: 99 };
    expect(await client.addTraces({ traces: [trace] })).toEqual({ retriever: 'mine', size: 33 });
    await expect(client.addTraces({ traces: [trace] })).rejects.toMatchObject({ code: 'data' });
    await first.close();
    const second = await ready([`mine=${own}`], { writable: true });
    const again = clientOf(second.url);
    const found = await again.retrieve({ question, filter: { level: { $gt: 50 } } });
    expect(found.hits.map((hit) => hit.trace)).toEqual([trace]);
    const byWords = await again.retrieve({ question, filter: { level: 99 }, retriever: 'bm25' });
    expect(byWords.hits.map(({ id }) => id)).toEqual(['new/1']);
    expect(await again.removeTrace({ retriever: 'mine', id: 'new/1' })).toEqual({ retriever: 'mine', size: 32 });
    expect((await again.retrieve({ question, filter: { level: 99 } })).hits).toEqual([]);
    expect((await again.retrieve({ question, filter: { level: 99 }, retriever: 'bm25' })).hits).toEqual([]);
  });

  it('what is no search is refused, and says why', async () => {
    const { url, failures } = await ready([await trained.own()], { writable: true });
    const refused: [unknown, string][] = [
      [{ question: '' }, 'empty'],
      [{ question: '   ' }, 'empty'],
      [{ question, k: 0 }, 'body.k'],
      [{ question, k: 101 }, 'body.k'],
      [{ question, limit: 3 }, 'question, k, filter'],
      [{ question, retriever: 'learnt' }, 'Did you mean learned?'],
      [{ question, filter: { $where: 'true' } }, '$where'],
      [{ question, filter: { id: { $regex: '(a+)+$' } } }, '$regex'],
      ['{"question": ', 'not JSON'],
      [[], 'body'],
    ];
    for (const [body, said] of refused) {
      const answer = await post(`${url}/v1/retrieve`, body);
      expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(said)]);
    }
    // Files are never read for a caller, though the library takes their names.
    const file = await post(`${url}/v1/traces`, { traces: ['/etc/passwd'] });
    expect([file.status, file.text]).toEqual([400, expect.stringContaining('body.traces.0')]);
    expect(failures).toEqual([]);
  });

  it('traces of a server that was not told so cannot be changed', async () => {
    const client = clientOf((await ready([trained.shared()])).url);
    await expect(client.addTraces({ traces: [{ id: 'a', text: 'b' }] })).rejects.toThrow(RaRftError);
    await expect(client.removeTrace({ retriever: 'learned', id: 'halve-0' })).rejects.toMatchObject({ code: 'usage' });
  });
});

it('answers are graded with their reasons, and settings for a call', async () => {
  const { url } = await ready([]);
  const client = clientOf(url);
  const { verdicts } = await client.verify({
    pairs: [
      { id: 0, gold: '\\frac12', pred: 'so \\boxed{0.5}' },
      { id: 'b', gold: '3', pred: 'I do not know' },
      { id: 2, gold: '', pred: '\\boxed{3}' },
    ],
  });
  expect(verdicts).toMatchObject([
    { id: 0, verdict: 'match', reward: 1, answer: '0.5' },
    { id: 'b', verdict: 'no_answer', reward: 0, answer: null },
    { id: 2, verdict: 'gold_unparseable' },
  ]);
  expect(verdicts[2]).not.toHaveProperty('reward');
  const pairs = [{ id: 0, gold: '0.333', pred: '\\boxed{1/3}' }];
  const loose = await client.verify({ pairs, math: { decimals: 3 } });
  const strict = await client.verify({ pairs, math: { decimals: 6 } });
  expect([loose, strict].map((one) => one.verdicts[0]?.verdict)).toEqual(['match', 'mismatch']);
  await expect(client.verify({ pairs, math: { decimal: 3 } as never })).rejects.toMatchObject({ code: 'usage' });
});

it('the OpenAPI document names every endpoint with its schemas; metrics count by route', async () => {
  const { url } = await ready([trained.shared()]);
  const { paths } = (await rawRequest(`${url}/openapi.json`)).json() as {
    paths: Record<string, Record<string, object>>;
  };
  expect(Object.keys(paths)).toEqual(
    expect.arrayContaining(['/v1/retrieve', '/v1/verify', '/v1/traces', '/v1/retrievers/{retriever}/traces/{id}']),
  );
  expect(paths['/v1/retrieve']?.['post']).toMatchObject({
    requestBody: { content: { 'application/json': { schema: { properties: { k: { default: 5, maximum: 100 } } } } } },
  });
  await post(`${url}/v1/retrieve`, { question });
  await rawRequest(`${url}/made/up`);
  const { text } = await rawRequest(`${url}/metrics`);
  expect(text).toMatch(/ra_rft_requests_total\{method="POST",route="\/v1\/retrieve",status="200"\} 1/);
  expect(text).toContain('ra_rft_traces{retriever="learned"} 32');
  expect(text).not.toContain('made');
});

it('is not ready before all is open, and what cannot be opened ends it with the reason', async () => {
  let open = (): void => undefined;
  const waits = new Promise<void>((resolve) => (open = resolve));
  const server = await served([], { retrievers: () => waits.then(() => new Map()) });
  const health = async () => (await rawRequest(`${server.url}/healthz`)).status;
  expect(await health()).toBe(503);
  expect((await post(`${server.url}/v1/verify`, { pairs: [] })).status).toBe(503);
  open();
  await server.ready;
  expect(await health()).toBe(200);

  const late = await served([], {
    retrievers: (_, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
  });
  await late.close();
  await expect(late.ready).rejects.toMatchObject({ name: 'AbortError' });

  const broken = await served([`${trained.shared()}/nowhere`]);
  await expect(broken.ready).rejects.toMatchObject({ code: 'usage' });
  await expect(rawRequest(`${broken.url}/healthz`)).rejects.toThrow('ECONNREFUSED');
});
