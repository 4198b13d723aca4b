/**
 * `ra-rft corpus build` from a Parquet file of one row group, in a process whose heap is limited: rows a second and the most
 * memory. Two sizes, so that what a row takes can be told from what the process takes. `--only 200000` builds one size.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BuildCost } from './corpus/build-child.js';
import { writeParquet } from './corpus/parquet-writer.js';
import { problemColumns } from './corpus/problems.js';
import { kept, type Benchmark } from './measure.js';

const HEAP_MEGABYTES = 256;
const run = promisify(execFile);

const sizesOf = ({ smoke }: { smoke: boolean }) => (smoke ? [500, 2000] : [50_000, 200_000]);

export const partNames = (options: { smoke: boolean }): readonly string[] => sizesOf(options).map(String);

export const benchmark: Benchmark = async function* ({ smoke, only, keep }) {
  const sizes = sizesOf({ smoke }).filter((size) => only.length === 0 || only.includes(String(size)));
  const built: { rows: number; peakMegabytes: number }[] = [];
  for (const rows of sizes) {
    const cost = await kept(keep, `corpus-${rows}`, () => buildCost(rows));
    built.push({ rows, peakMegabytes: cost.peakMegabytes });
    const name = `${rows} rows, heap of ${HEAP_MEGABYTES} MB`;
    yield { measure: `${name}: rate`, value: rows / cost.seconds, unit: 'rows/s' };
    yield {
      measure: `${name}: rate on the processor`,
      value: rows / cost.cpuSeconds,
      unit: 'rows/s of processor time',
    };
    yield { measure: `${name}: peak memory`, value: cost.peakMegabytes, unit: 'MB' };
  }
  const [small, large] = built;
  if (!small || !large) return;
  const bytes = ((large.peakMegabytes - small.peakMegabytes) * 1e6) / (large.rows - small.rows);
  yield { measure: 'memory of a further row', value: bytes, unit: 'bytes' };
};

async function buildCost(rows: number): Promise<BuildCost> {
  const folder = await mkdtemp(join(tmpdir(), 'ra-rft-bench-corpus-'));
  try {
    const input = join(folder, 'problems.parquet');
    await writeParquet(input, problemColumns(rows));
    const child = fileURLToPath(new URL('./corpus/build-child.ts', import.meta.url));
    const node = [`--max-old-space-size=${HEAP_MEGABYTES}`, '--import', 'tsx', child];
    const fields = ['--preset', 'openr1-math', '--field', 'id=uuid'];
    const args = ['corpus', 'build', '--quiet', ...fields, '--input', input, '--out', join(folder, 'corpus')];
    const { stdout } = await run(process.execPath, [...node, ...args]);
    return JSON.parse(stdout) as BuildCost;
  } finally {
    await rm(folder, { recursive: true });
  }
}
