/**
 * The services under load, the server a process of its own (`ra-rft serve`) over a small trained retriever:
 *   retrieve   32 clients ask at the same time, each its next question when it has an answer; 20,000 traces
 *   proxy      a conversation through the server to an upstream that answers at once, against the same without it; the
 *              difference is without retrieval, whose own time the first part has
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openHttp } from '../src/core/http/client.js';
import { Retriever } from '../src/retriever/index.js';
import { listen } from '../src/serve/http/listen.js';
import { pairTask } from '../src/retriever/testing/pairs.js';
import { Rng } from '../src/core/rng.js';
import type { Benchmark, Measure } from './measure.js';
import { percentile } from './retriever-index/search.js';

const PARTS = ['retrieve', 'proxy'] as const;
const CLIENTS = 32;
const REQUEST_MS = 60_000;

export const partNames = (): readonly string[] => PARTS;

export const benchmark: Benchmark = async function* ({ smoke, only }) {
  const folder = await mkdtemp(join(tmpdir(), 'ra-rft-bench-serve-'));
  const upstream = await listen(() => Response.json({ choices: [{ message: { role: 'assistant', content: 'ok' } }] }), {
    host: '127.0.0.1',
    port: 0,
  });
  const traces = smoke ? 200 : 20_000;
  await saveRetriever(join(folder, 'retriever'), traces);
  const server = await startServe(join(folder, 'retriever'), `${upstream.url}/v1`);
  try {
    if (only.length === 0 || only.includes('retrieve')) yield* retrieve(server.url, smoke ? 64 : 2000);
    if (only.length === 0 || only.includes('proxy')) yield* proxy(server.url, upstream.url, smoke ? 10 : 300);
  } finally {
    server.child.kill('SIGTERM');
    await once(server.child, 'exit');
    await upstream.close(0);
    await rm(folder, { recursive: true, force: true });
  }
};

async function* retrieve(url: string, requests: number): AsyncGenerator<Measure> {
  const http = openHttp({ baseUrl: url, timeoutMs: REQUEST_MS });
  const ask = (i: number) => timed(http, '/v1/retrieve', { question: questionOf(i), k: 5 });
  for (let i = 0; i < CLIENTS; i++) await ask(i);
  const before = await memoryOf(url);
  const times: number[] = [];
  let next = 0;
  const start = performance.now();
  const client = async () => {
    while (next < requests) times.push(await ask(next++));
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  const seconds = (performance.now() - start) / 1000;
  await http.close();
  yield { measure: 'retrieve_throughput', value: requests / seconds, unit: 'requests/s' };
  yield { measure: 'retrieve_p50', value: percentile(times, 0.5), unit: 'ms' };
  yield { measure: 'retrieve_p99', value: percentile(times, 0.99), unit: 'ms' };
  yield { measure: 'retrieve_memory_before', value: before / 1e6, unit: 'MB' };
  yield { measure: 'retrieve_memory_after', value: (await memoryOf(url)) / 1e6, unit: 'MB' };
}

async function* proxy(url: string, upstreamUrl: string, rounds: number): AsyncGenerator<Measure> {
  const through = openHttp({ baseUrl: url, timeoutMs: REQUEST_MS });
  const direct = openHttp({ baseUrl: upstreamUrl, timeoutMs: REQUEST_MS });
  const body = { model: 'm', messages: [{ role: 'user', content: questionOf(0) }] };
  const [own, straight, whole]: [number[], number[], number[]] = [[], [], []];
  const off = { 'x-ra-rft-retrieval': 'off' };
  for (let i = 0; i < rounds; i++) {
    straight.push(await timed(direct, '/v1/chat/completions', body));
    own.push(await timed(through, '/v1/chat/completions', body, off));
    whole.push(await timed(through, '/v1/chat/completions', body));
  }
  await Promise.all([through.close(), direct.close()]);
  const [a, b, c] = [straight, own, whole].map((times) => percentile(times, 0.5)) as [number, number, number];
  yield { measure: 'proxy_direct_p50', value: a, unit: 'ms' };
  yield { measure: 'proxy_added_p50', value: b - a, unit: 'ms' };
  yield { measure: 'proxy_with_retrieval_p50', value: c, unit: 'ms' };
}

/** Milliseconds of a call. Throws at every answer but 200. */
async function timed(
  http: ReturnType<typeof openHttp>,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<number> {
  const start = performance.now();
  const sent = { 'content-type': 'application/json', ...headers };
  const answer = await http.send({ method: 'POST', path, headers: sent, body: JSON.stringify(body) });
  if (answer.kind === 'broken' || answer.status !== 200) throw new Error(`${path}: ${JSON.stringify(answer)}`);
  return performance.now() - start;
}

async function memoryOf(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^ra_rft_resident_memory_bytes (\S+)$/m.exec(text)?.[1]);
}

const THINGS = ['ships', 'books', 'lamps', 'nuts', 'ropes', 'shirts', 'coins', 'trees', 'cards', 'stones'];
const DEEDS = ['halve', 'double', 'share', 'trade', 'join', 'lose', 'sort', 'stack', 'paint', 'count'];

const questionOf = (i: number): string =>
  `please ${DEEDS[i % DEEDS.length]} my ${12 + (i % 89)} ${THINGS[i % THINGS.length]}`;

/** An encoder that has learnt a little, with so many traces of 30 words or so. */
async function saveRetriever(folder: string, count: number): Promise<void> {
  const { traces, labels } = pairTask();
  const settings = { steps: 40, validationShare: 0, testShare: 0 };
  const retriever = await Retriever.train({ labels, corpus: traces, settings });
  const rng = Rng.fromSeed('serve');
  await retriever.add(
    Array.from({ length: count }, (_, i) => ({
      id: `t${i}`,
      question: `please ${rng.pick(DEEDS)} my ${rng.int(100)} ${rng.pick(THINGS)} and then ${rng.pick(DEEDS)} the ${rng.pick(THINGS)}`,
      trace: Array.from(
        { length: 3 },
        () => `we ${rng.pick(DEEDS)} ${rng.int(50)} ${rng.pick(THINGS)} until it is right`,
      ).join('. '),
      type: rng.pick(DEEDS),
    })),
  );
  await retriever.save(folder);
  await retriever.dispose();
}

async function startServe(retriever: string, upstream: string): Promise<{ url: string; child: ChildProcess }> {
  const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
  const args = ['serve', '--retriever', retriever, '--upstream', upstream, '--port', '0'];
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /http:\/\/[\d.:]+/.exec(line)?.[0];
    if (url !== undefined) return { url, child };
  }
  throw new Error('the server ended before it was ready');
}
