/** Searches an index: settings are chosen on one half of the queries, and reported on the other. */
import { IndexClient } from '../../src/retriever/index.js';
import type { TokenVectors } from '../../src/retriever/encode/token-vectors.js';
import { peakGigabytes, type Measure } from '../measure.js';
import { benchKey, K, QUERY_TOKENS } from './build.js';
import type { Texts } from './synthetic.js';

/** From fast to thorough; the first that reaches the recall on the half that chooses is reported. */
const TUNINGS = [
  { probes: 2, pool: 2048, candidates: 128 },
  { probes: 4, pool: 4096, candidates: 128 },
  { probes: 4, pool: 4096, candidates: 256 },
  { probes: 4, pool: 8192, candidates: 256 },
  { probes: 8, pool: 8192, candidates: 512 },
  { probes: 8, pool: 8192, candidates: 768 },
  { probes: 8, pool: 16_384, candidates: 768 },
  { probes: 8, pool: 16_384, candidates: 1024 },
  { probes: 16, pool: 16_384, candidates: 1024 },
  { probes: 16, pool: 32_768, candidates: 2048 },
];
/** More than the .95 that is wanted: what chance gives to the half that chooses, the other half does not have. */
const RECALL = 0.975;
/** Searches that times are taken of, at least. */
const TIMED = 100;
/** Documents up to which an index is searched exactly too: what bytes lose. Beyond, that takes a minute a query. */
const EXACT_ALL = 20_000;
const CHANGED = 1000;

interface Found {
  recall: number;
  times: number[];
}

/** Yields what a search of the index of `folder` is like. */
export async function* searchIndex(
  texts: Texts,
  folder: string,
  { threads, truth }: { threads: number; truth: readonly string[][] },
): AsyncGenerator<Measure> {
  const { dim, documents } = texts.size;
  const setup = { folder, key: benchKey(dim), threads };
  const queries = texts.queries(truth.length, QUERY_TOKENS);
  const half = (odd: number) => ({
    queries: queries.filter((_, q) => q % 2 === odd),
    truth: truth.filter((_, q) => q % 2 === odd),
  });
  const [tuning, report] = [half(0), half(1)];
  if (documents <= EXACT_ALL) {
    const exact = await IndexClient.open({ ...setup, exact: true });
    const all = await run(exact, report.queries, report.truth);
    await exact.dispose();
    yield { measure: 'exact_int8_recall10', value: all.recall, unit: 'share' };
    yield { measure: 'exact_p50', value: percentile(all.times, 0.5), unit: 'ms' };
  }

  for (const search of TUNINGS) {
    const opening = performance.now();
    const index = await IndexClient.open({ ...setup, search });
    const openSeconds = (performance.now() - opening) / 1000;
    const name = `${search.probes}x${search.pool}x${search.candidates}`;
    await run(index, tuning.queries.slice(0, 5), tuning.truth);
    const tried = await run(index, tuning.queries, tuning.truth);
    yield { measure: `tuning_recall10_${name}`, value: tried.recall, unit: 'share' };
    yield { measure: `tuning_p50_${name}`, value: percentile(tried.times, 0.5), unit: 'ms' };
    if (tried.recall < RECALL && search !== TUNINGS.at(-1)) {
      await index.dispose();
      continue;
    }
    const found = await run(index, report.queries, report.truth);
    const times = [...found.times];
    while (times.length < TIMED) times.push(...(await run(index, report.queries, report.truth)).times);
    yield { measure: 'open_seconds', value: openSeconds, unit: 's' };
    yield { measure: 'recall10', value: found.recall, unit: `share at ${name} (probes x pool x candidates)` };
    yield { measure: 'p50', value: percentile(times, 0.5), unit: 'ms' };
    yield { measure: 'fastest', value: Math.min(...times), unit: 'ms' };
    yield { measure: 'p99', value: percentile(times, 0.99), unit: 'ms' };
    yield* change(index, texts);
    yield { measure: 'peak_memory', value: peakGigabytes(), unit: 'GB' };
    await index.dispose();
    return;
  }
}

async function run(index: IndexClient, queries: readonly TokenVectors[], truth: readonly string[][]): Promise<Found> {
  const times: number[] = [];
  let shares = 0;
  for (const [q, query] of queries.entries()) {
    const start = performance.now();
    const [found] = await index.search(query, { k: K });
    times.push(performance.now() - start);
    const ids = new Set(found?.map(({ id }) => id));
    const expected = truth[q] as string[];
    shares += expected.filter((id) => ids.has(id)).length / expected.length;
  }
  return { recall: shares / queries.length, times };
}

async function* change(index: IndexClient, texts: Texts): AsyncGenerator<Measure> {
  const known = texts.documents(0, Math.min(CHANGED, texts.size.documents));
  const extra = known.map((document) => ({ ...document, id: `extra ${document.id}` }));
  const adding = performance.now();
  await index.add(extra);
  yield { measure: 'append_1000', value: (performance.now() - adding) / 1000, unit: 's' };
  const removing = performance.now();
  await index.remove(extra.map(({ id }) => id));
  yield { measure: 'remove_1000', value: (performance.now() - removing) / 1000, unit: 's' };
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;
}
