/**
 * Indexes of token vectors: build, disk, memory and search, exact and by centroids, on synthetic vectors with clusters within clusters.
 *   small               5,000 documents of about 200 tokens, dimension 128
 *   medium              20,000 documents of about 300 tokens, dimension 128
 *   large-32, large-64  220,000 documents of about 300 tokens; 2.5 and 4.6 GB of disk
 *   peers               fast-plaid on the vectors of `small` (needs --peers)
 * Without --only: small, and with --peers fast-plaid.
 */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IndexClient, SPEC_DEFAULTS, type IndexDocument, type IndexKey, type Scored } from '../src/retriever/index.js';
import { SyntheticTexts } from './retriever-index/synthetic.js';
import { fastPlaid } from './retriever-index/fast-plaid.js';
import { kept, peakGigabytes, type Benchmark, type Measure } from './measure.js';

const SIZES = {
  small: { documents: 5000, tokens: 200, dim: 128 },
  medium: { documents: 20_000, tokens: 300, dim: 128 },
  'large-32': { documents: 220_000, tokens: 300, dim: 32 },
  'large-64': { documents: 220_000, tokens: 300, dim: 64 },
};
type SizeName = keyof typeof SIZES;
const SMOKE = { documents: 300, tokens: 20, dim: 16 };

const QUERY_TOKENS = 32;
const QUERIES = 100;
const K = 10;
const BATCH = 1024;
/** Settings of a search from fast to thorough; the first that reaches the recall is timed. */
const TUNINGS = [
  { probes: 2, candidates: 64 },
  { probes: 4, candidates: 128 },
  { probes: 8, candidates: 256 },
  { probes: 8, candidates: 512 },
  { probes: 16, candidates: 1024 },
  { probes: 32, candidates: 4096 },
];
const RECALL = 0.95;

export const partNames = (): readonly string[] => [...Object.keys(SIZES), 'peers'];

export const benchmark: Benchmark = async function* ({ smoke, threads, only, python, keep }) {
  const parts = only.length > 0 ? only : ['small', ...(python === undefined ? [] : ['peers'])];
  for (const part of parts) {
    if (part === 'peers') {
      const options = { threads, queries: smoke ? 5 : QUERIES, queryTokens: QUERY_TOKENS, k: K };
      if (python !== undefined) yield* fastPlaid(smoke ? SMOKE : SIZES.small, { python, ...options });
      continue;
    }
    const measures = await kept(keep, `index-${part}`, () =>
      measureSize(part, smoke ? SMOKE : SIZES[part as SizeName], { threads, queries: smoke ? 5 : QUERIES }),
    );
    yield* measures;
  }
};

async function measureSize(
  name: string,
  size: typeof SMOKE,
  { threads, queries: count }: { threads: number; queries: number },
): Promise<Measure[]> {
  const measures: Measure[] = [];
  const say = (measure: string, value: number, unit: string) => {
    measures.push({ measure: `index_${name}_${measure}`, value, unit });
    console.error(`# index_${name}_${measure} ${value.toPrecision(4)} ${unit}`);
  };
  const folder = await mkdtemp(join(tmpdir(), 'ra-rft-index-bench-'));
  const texts = new SyntheticTexts(size);
  const { dim } = size;
  const key: IndexKey = { encoderHash: 'synthetic', dim, normalisation: 'l2', spec: SPEC_DEFAULTS };
  const setup = { folder: join(folder, 'index'), key, threads };
  try {
    let index = await IndexClient.open(setup);
    let making = 0;
    const start = performance.now();
    for (let from = 0; from < size.documents; from += BATCH) {
      const began = performance.now();
      const documents = texts.documents(from, Math.min(size.documents, from + BATCH));
      making += performance.now() - began;
      await index.add(documents);
    }
    const added = performance.now();
    say('add_seconds', (added - start - making) / 1000, 's');
    await index.buildCentroids();
    say('centroids_seconds', (performance.now() - added) / 1000, 's');
    say('build_seconds', (performance.now() - start - making) / 1000, 's');
    say('build_peak_memory', peakGigabytes(), 'GB');
    say('disk', (await diskBytes(setup.folder)) / 1e6, 'MB');
    await index.dispose();

    const queries = texts.queries(count, QUERY_TOKENS);
    index = await IndexClient.open({ ...setup, exact: true });
    const truthQueries = Math.min(count, size.documents > 50_000 ? 20 : count);
    const truth: Scored[][] = [];
    const exact: number[] = [];
    for (const query of queries.slice(0, truthQueries)) {
      const began = performance.now();
      truth.push(...(await index.search(query, { k: K })));
      exact.push(performance.now() - began);
    }
    say('exact_p50', percentile(exact, 0.5), 'ms');
    await index.dispose();

    for (const tuning of TUNINGS) {
      const opening = performance.now();
      index = await IndexClient.open({ ...setup, search: tuning });
      const openSeconds = (performance.now() - opening) / 1000;
      for (const query of queries.slice(0, 10)) await index.search(query, { k: K });
      const times: number[] = [];
      const found: Scored[][] = [];
      for (const query of queries) {
        const began = performance.now();
        found.push(...(await index.search(query, { k: K })));
        times.push(performance.now() - began);
      }
      const recall = recallOf(found, truth);
      say(`recall10_${tuning.probes}x${tuning.candidates}`, recall, 'share');
      say(`p50_${tuning.probes}x${tuning.candidates}`, percentile(times, 0.5), 'ms');
      if (recall < RECALL && tuning !== TUNINGS.at(-1)) {
        await index.dispose();
        continue;
      }
      say('open_seconds', openSeconds, 's');
      say('recall10', recall, `share, ${tuning.probes} probes, ${tuning.candidates} candidates`);
      say('p50', percentile(times, 0.5), 'ms');
      say('p99', percentile(times, 0.99), 'ms');
      say('peak_memory', peakGigabytes(), 'GB');
      const extra: IndexDocument[] = texts.documents(size.documents, size.documents + Math.min(1000, size.documents));
      const before = performance.now();
      await index.add(extra);
      say('append_1000', (performance.now() - before) / 1000, 's');
      const removing = performance.now();
      await index.remove(extra.map(({ id }) => id));
      say('remove_1000', (performance.now() - removing) / 1000, 's');
      await index.dispose();
      break;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return measures;
}

function recallOf(found: readonly Scored[][], truth: readonly Scored[][]): number {
  const shares = truth.map((expected, q) => {
    const ids = new Set(found[q]?.map(({ id }) => id));
    return expected.filter(({ id }) => ids.has(id)).length / expected.length;
  });
  return shares.reduce((a, b) => a + b, 0) / shares.length;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;
}

async function diskBytes(folder: string): Promise<number> {
  const sizes = await Promise.all((await readdir(folder)).map(async (file) => (await stat(join(folder, file))).size));
  return sizes.reduce((a, b) => a + b, 0);
}
