/** `npm run bench -- NAME [--json FILE] [--only PART ...] [--threads N] [--python FILE] [--keep FOLDER] [--smoke]`: prints measures as they come. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { writeJsonAtomic } from '../src/core/files.js';
import { rounded, type Benchmark, type Measure } from './measure.js';

const BENCHMARKS: Record<string, () => Promise<{ benchmark: Benchmark }>> = {
  engine: () => import('./engine.js'),
  verify: () => import('./verify.js'),
  corpus: () => import('./corpus.js'),
  selection: () => import('./selection.js'),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    only: { type: 'string', multiple: true, default: [] },
    keep: { type: 'string' },
    threads: { type: 'string', default: String(availableParallelism()) },
    python: { type: 'string' },
    smoke: { type: 'boolean', default: false },
  },
});
const name = positionals[0] ?? '';
const load = BENCHMARKS[name];
if (!load) {
  console.error(`no benchmark '${name}'; there are: ${Object.keys(BENCHMARKS).join(', ')}`);
  process.exit(2);
}
const { benchmark } = await load();
const measures: Measure[] = [];
const { smoke, only, python, keep } = values;
for await (const measure of benchmark({ smoke, only, python, keep, threads: Number(values.threads) })) {
  const short = rounded(measure);
  measures.push(short);
  console.log(`${short.measure.padEnd(36)} ${String(short.value).padStart(10)} ${short.unit}`);
  if (values.json !== undefined) await writeJsonAtomic(values.json, measures);
}
