/**
 * Indexes of token vectors: build, disk, memory and search by centroids, against the true best documents by float32 vectors.
 *   easy-SIZE, hard-SIZE   synthetic vectors (retriever-index/synthetic.ts)
 *     small                5,000 documents of about 200 tokens, dimension 128
 *     medium               50,000 documents of about 300 tokens, dimension 64
 *     twenty-32            20,000 documents of about 300 tokens, to see what each sieve loses without waiting
 *     large-32, large-64   220,000 documents of about 300 tokens; 2.5 and 4.6 GB of disk
 *     peers                fast-plaid, and NextPlaid where next-plaid-api is on the PATH, on the vectors of small (needs --peers)
 *   math-SIZE              token vectors of real problems with solutions, repeated with noise (needs --peers and the data)
 * With --keep FOLDER the index stays there, and a second call only searches it. Without --only: easy-small and hard-small.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildIndex, K, QUERY_TOKENS } from './retriever-index/build.js';
import { nextPlaidIsThere } from '../src/retriever/index/remote/testing/next-plaid-server.js';
import { fastPlaid, type FastPlaidOptions } from './retriever-index/fast-plaid.js';
import { nextPlaid } from './retriever-index/next-plaid.js';
import { searchIndex } from './retriever-index/search.js';
import { sieves } from './retriever-index/sieves.js';
import { MATH, realTexts } from './retriever-index/real.js';
import { SyntheticTexts, type Texts, type TextsSize } from './retriever-index/synthetic.js';
import { kept, type Benchmark } from './measure.js';

const SIZES = {
  small: { documents: 5000, tokens: 200, dim: 128, queries: 100 },
  medium: { documents: 50_000, tokens: 300, dim: 64, queries: 100 },
  'twenty-32': { documents: 20_000, tokens: 300, dim: 32, queries: 200 },
  'large-32': { documents: 220_000, tokens: 300, dim: 32, queries: 120 },
  'large-64': { documents: 220_000, tokens: 300, dim: 64, queries: 60 },
};
type Size = TextsSize & { queries: number };
const SMOKE: Size = { documents: 300, tokens: 20, dim: 16, queries: 4 };
const SETS = ['easy', 'hard'] as const;
type SetName = (typeof SETS)[number] | 'math';

export const partNames = (): readonly string[] => [
  ...SETS.flatMap((set) => [...Object.keys(SIZES), 'peers'].map((size) => `${set}-${size}`)),
  ...Object.keys(SIZES).map((size) => `math-${size}`),
];

export const benchmark: Benchmark = async function* ({ smoke, threads, only, python, keep }) {
  const parts = only.length > 0 ? only : ['easy-small', 'hard-small'];
  for (const part of parts) {
    const [set, size] = splitName(part);
    const { queries, ...shape } = smoke ? SMOKE : SIZES[size === 'peers' ? 'small' : size];
    const needsPython = size === 'peers' || set === 'math';
    if (needsPython && (python === undefined || (set === 'math' && !existsSync(MATH)))) {
      console.error(`# ${part} is left out: it needs --peers${set === 'math' ? ` and ${MATH}` : ''}`);
      continue;
    }
    const vectors = join(keep ?? tmpdir(), `math-${shape.dim}`);
    const texts = set === 'math' ? realTexts(shape, vectors, python ?? '') : new SyntheticTexts(shape, set);
    const asked = { threads, queries, queryTokens: QUERY_TOKENS, k: K, python: python ?? '' };
    const measures = size === 'peers' ? peers(texts, asked) : measureIndex(part, texts, { threads, queries, keep });
    for await (const { measure, ...rest } of measures)
      yield { measure: `${part.replaceAll('-', '_')}_${measure}`, ...rest };
  }
};

/** Peers on the same vectors. */
async function* peers(texts: Texts, options: FastPlaidOptions): ReturnType<Benchmark> {
  yield* fastPlaid(texts, options);
  if (nextPlaidIsThere) yield* nextPlaid(texts, options);
  else console.error('# NextPlaid is left out: next-plaid-api is not on the PATH');
}

function splitName(part: string): [SetName, keyof typeof SIZES | 'peers'] {
  const at = part.indexOf('-');
  return [part.slice(0, at) as SetName, part.slice(at + 1) as keyof typeof SIZES | 'peers'];
}

async function* measureIndex(
  part: string,
  texts: Texts,
  { threads, queries, keep }: { threads: number; queries: number; keep: string | undefined },
): ReturnType<Benchmark> {
  const own = keep ?? (await mkdtemp(join(tmpdir(), 'ra-rft-index-bench-')));
  const folder = join(own, `index-${part}`);
  try {
    yield { measure: 'load_before', value: loadavg()[0] as number, unit: 'processes' };
    const { measures, truth } = await kept(keep, `built-${part}`, () =>
      buildIndex(texts, folder, { threads, queries }),
    );
    yield* measures;
    yield* searchIndex(texts, folder, { threads, truth });
    yield* sieves(texts, folder, { threads, truth });
    yield { measure: 'load_after', value: loadavg()[0] as number, unit: 'processes' };
  } finally {
    if (keep === undefined) await rm(own, { recursive: true, force: true });
  }
}
