/** A NextPlaid server beside the index, on the same vectors: the program `next-plaid-api` of the PATH, over HTTP as it is used. */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { joinTexts } from '../../src/retriever/encode/token-vectors.js';
import { IndexServerClient } from '../../src/retriever/index/remote/http.js';
import { base64Of } from '../../src/retriever/index/remote/next-plaid.js';
import { startNextPlaid } from '../../src/retriever/index/remote/testing/next-plaid-server.js';
import type { Measure } from '../measure.js';
import { TrueBest } from './build.js';
import { percentile } from './search.js';
import type { Texts } from './synthetic.js';

/** From fast to thorough: cells looked into for each query token, and documents that are scored. */
const TUNINGS = [
  [2, 64],
  [2, 256],
  [4, 256],
  [8, 1024],
  [8, 4096],
  [32, 4096],
] as const;
const RECALL = 0.95;
/** Documents of one request: the server refuses bodies of more than 100 MB. */
const BATCH = 512;
const POLL_MS = 50;
const TIMEOUT_MS = 3_600_000;
const NAME = 'bench';

/** Yields what the server measures. Its number of threads is its own choice. Throws where it fails. */
export async function* nextPlaid(
  texts: Texts,
  { threads, queries: count, queryTokens }: { threads: number; queries: number; queryTokens: number },
): AsyncGenerator<Measure> {
  const { dim, documents: total } = texts.size;
  const folder = await mkdtemp(join(tmpdir(), 'ra-rft-next-plaid-'));
  const server = await startNextPlaid(folder);
  const client = new IndexServerClient({ url: server.url, timeoutMs: TIMEOUT_MS });
  const queries = texts.queries(count, queryTokens);
  const best = await TrueBest.of(joinTexts(queries, dim), threads);
  try {
    await client.call('post', '/indices', { name: NAME, config: { nbits: 4, seed: 42 } });
    let seconds = 0;
    for (let from = 0; from < total; from += BATCH) {
      const documents = texts.documents(from, Math.min(total, from + BATCH));
      const body = {
        documents: documents.map(({ chunks }) => base64Of(chunks.vectors, dim)),
        metadata: documents.map(({ id }) => ({ id })),
      };
      const start = performance.now();
      await client.call('post', `/indices/${NAME}/update`, body);
      await until(client, from + documents.length);
      seconds += (performance.now() - start) / 1000;
      await best.add(documents);
    }
    yield { measure: 'next_plaid_build_seconds', value: seconds, unit: 's' };
    yield { measure: 'next_plaid_disk', value: (await bytesUnder(folder)) / 1e6, unit: 'MB' };
    const truth = best.ids();
    for (const [probes, full] of TUNINGS) {
      const params = { top_k: best.k, n_ivf_probe: probes, n_full_scores: full };
      const ask = async (q: number) => {
        const body = { queries: [base64Of(queries[q]?.vectors ?? new Float32Array(), dim)], params };
        return idsOf(await client.call('post', `/indices/${NAME}/search`, body));
      };
      for (let q = 0; q < Math.min(5, count); q++) await ask(q);
      const times: number[] = [];
      let shares = 0;
      for (const [q, expected] of truth.entries()) {
        const start = performance.now();
        const found = new Set(await ask(q));
        times.push(performance.now() - start);
        shares += expected.filter((id) => found.has(id)).length / expected.length;
      }
      const name = `${probes}x${full}`;
      yield { measure: `next_plaid_recall10_${name}`, value: shares / count, unit: 'share' };
      yield { measure: `next_plaid_p50_${name}`, value: percentile(times, 0.5), unit: 'ms' };
      yield { measure: `next_plaid_p99_${name}`, value: percentile(times, 0.99), unit: 'ms' };
      if (shares / count >= RECALL) return;
    }
  } finally {
    await best.dispose();
    await client.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Waits until so many documents are there: an update is only queued when it is answered. */
async function until(client: IndexServerClient, count: number): Promise<void> {
  for (;;) {
    const info = await client.call('get', `/indices/${NAME}`, undefined, 404);
    if ((info as { num_documents: number } | undefined)?.num_documents === count) return;
    const { updates = [] } = (await client.call('get', '/health')) as { updates?: { status: string }[] };
    if (updates.some(({ status }) => status === 'failed')) throw client.error('the update failed', `/indices/${NAME}`);
    await sleep(POLL_MS);
  }
}

function idsOf(answer: unknown): string[] {
  const { results } = answer as { results: { metadata: { id: string }[] }[] };
  return results[0]?.metadata.map(({ id }) => id) ?? [];
}

async function bytesUnder(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = entries.filter((entry) => entry.isFile()).map((entry) => stat(join(entry.parentPath, entry.name)));
  return (await Promise.all(sizes)).reduce((sum, { size }) => sum + size, 0);
}
