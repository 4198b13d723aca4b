/** fast-plaid beside the index: the same vectors from a file, in a Python of its own. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { joinTexts } from '../../src/retriever/encode/token-vectors.js';
import type { Measure } from '../measure.js';
import type { Texts } from './synthetic.js';

const script = fileURLToPath(new URL('./fast_plaid_search.py', import.meta.url));

export interface FastPlaidOptions {
  python: string;
  threads: number;
  queries: number;
  queryTokens: number;
  k: number;
}

/** Yields what the peer measures. Throws where it fails. */
export async function* fastPlaid(
  texts: Texts,
  { python, threads, queries: count, queryTokens, k }: FastPlaidOptions,
): AsyncGenerator<Measure> {
  const folder = await mkdtemp(join(tmpdir(), 'ra-rft-plaid-'));
  try {
    const { size } = texts;
    const sets = texts.documents(0, size.documents).map(({ chunks }) => chunks);
    const { vectors, lengths } = joinTexts(sets, size.dim);
    await writeFile(join(folder, 'documents.f32'), new Uint8Array(vectors.buffer));
    await writeFile(join(folder, 'lengths.i32'), new Uint8Array(lengths.buffer));
    const queries = joinTexts(texts.queries(count, queryTokens), size.dim).vectors;
    await writeFile(join(folder, 'queries.f32'), new Uint8Array(queries.buffer));
    await writeFile(join(folder, 'shape.json'), JSON.stringify({ dim: size.dim, queries: count, queryTokens, k }));
    const child = spawn(python, [script, folder, String(threads)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise<number | null>((resolve, reject) => {
      child.on('exit', resolve);
      child.on('error', reject);
    });
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.startsWith('{')) yield JSON.parse(line) as Measure;
    }
    const code = await ended;
    if (code !== 0) throw new Error(`fast-plaid ended with code ${code}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
