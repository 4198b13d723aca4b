/** A retriever whose vectors are in a real database: it finds what one with an index of its own finds, and goes on with a build that was stopped. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { Trace } from '../../../data/types.js';
import { createEncoder } from '../../encode/create.js';
import { writeRetriever } from '../../encode/retriever-folder.js';
import { SPEC_DEFAULTS } from '../../encode/spec.js';
import { smallModelFolder } from '../../testing/model-folder.js';
import { EncoderRetriever } from '../encoder-retriever.js';
import { corpusHash, type IndexKey } from '../store/header.js';
import { openRemoteIndex, remoteIndexName, type IndexServer } from './open.js';
import { lanceIsThere } from './testing/lancedb.js';
import { nextPlaidIsThere, startNextPlaid } from './testing/next-plaid-server.js';

const traces: Trace[] = ['one two three', 'the lantern rule', 'apples and pears', 'the rule of the anchor', 'five'].map(
  (question, i) => ({ id: `t${i}`, question, trace: `so ${i}`, answer: String(i), type: i % 2 === 0 ? 'even' : 'odd' }),
);
const queries = ['by the lantern rule', 'pears?'].map((question, i) => ({ id: `q${i}`, question }));
const options = { k: 3, excludeIds_Q: [new Set(['t1']), new Set<string>()] };

let folder: string;
let hash: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ra-rft-remote-'));
  const model = await smallModelFolder(join(folder, 'model'));
  const encoder = await createEncoder(model, { hidden: 16, dim: 8, transformerLayers: 0, heads: 2 }, 1);
  const header = await writeRetriever(join(folder, 'retriever'), { encoder, spec: SPEC_DEFAULTS }, model);
  hash = header.encoderHash;
});
afterAll(() => rm(folder, { recursive: true }));

async function open(of: readonly Trace[], server?: IndexServer): Promise<EncoderRetriever> {
  const retriever = await EncoderRetriever.open(join(folder, 'retriever'), join(folder, 'index'), of, {
    threads: 1,
    server,
  });
  onTestFinished(() => retriever.dispose());
  return retriever;
}

/** Scores may be `off` by that much. */
async function expectSame(server: IndexServer, off: number): Promise<void> {
  const local = await open(traces);
  const key: IndexKey = {
    encoderHash: hash,
    corpusHash: corpusHash(traces, SPEC_DEFAULTS),
    dim: 8,
    normalisation: 'l2',
    spec: SPEC_DEFAULTS,
  };
  const remote = await open(traces, server);
  expect(remote.header).toMatchObject({ documents: 5, encoderHash: hash });
  // As a build that was stopped leaves it: some traces are there, others are not.
  const partial = await openRemoteIndex(server, key);
  expect(await partial.remove(['t1', 't3'])).toBe(2);
  await partial.dispose();
  const again = await open(traces, server);
  expect(again.header.documents).toBe(5);

  const [expected, found] = [await local.search(queries, { ...options, k: 5 }), await again.search(queries, options)];
  for (const [q, hits] of found.entries()) {
    expect(hits).toHaveLength(3);
    expect(hits.some(({ trace }) => options.excludeIds_Q[q]!.has(trace.id))).toBe(false);
    for (const { trace, score } of hits) {
      const same = expected[q]!.find((hit) => hit.trace.id === trace.id)!.score;
      expect(Math.abs(score - same), trace.id).toBeLessThanOrEqual(off);
    }
  }
  // Another corpus is another index, beside the first.
  const fewer = await open(traces.slice(1), server);
  expect(fewer.header.documents).toBe(4);
  expect((await open(traces, server)).header.documents).toBe(5);
  expect(remoteIndexName({ ...key, encoderHash: 'other' })).not.toBe(remoteIndexName(key));
}

describe.skipIf(!lanceIsThere)('a retriever over LanceDB', () => {
  it('finds the same', () => expectSame({ kind: 'lancedb', url: join(folder, 'lance'), timeoutMs: 20_000 }, 1e-5));
});

describe.skipIf(!nextPlaidIsThere)('a retriever over NextPlaid', () => {
  it('finds the same', async () => {
    const server = await startNextPlaid(join(folder, 'next-plaid'));
    onTestFinished(() => server.stop());
    await expectSame({ kind: 'next-plaid', url: server.url, timeoutMs: 20_000 }, 0.03);
  });
});
