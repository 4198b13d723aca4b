/** `npm run bench -- NAME [--json FILE] [--only PART ...] [--threads N] [--peers PYTHON] [--keep FOLDER] [--model FOLDER] [--run FOLDER] [--smoke]`: prints measures as they come. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { nearestName } from '../src/config/index.js';
import { writeJsonAtomic } from '../src/core/files.js';
import { rounded, type BenchmarkModule, type Measure } from './measure.js';

const BENCHMARKS: Record<string, () => Promise<BenchmarkModule>> = {
  engine: () => import('./engine.js'),
  verify: () => import('./verify.js'),
  corpus: () => import('./corpus.js'),
  selection: () => import('./selection.js'),
  rl: () => import('./rl.js'),
  'retriever-index': () => import('./retriever-index.js'),
  retriever: () => import('./retriever.js'),
  serve: () => import('./serve.js'),
  'tinker-load': () => import('./tinker-load.js'),
  overlap: () => import('./overlap.js'),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    only: { type: 'string', multiple: true, default: [] },
    keep: { type: 'string' },
    model: { type: 'string' },
    run: { type: 'string' },
    threads: { type: 'string', default: String(availableParallelism()) },
    peers: { type: 'string' },
    python: { type: 'string' }, // the older name of --peers
    smoke: { type: 'boolean', default: false },
  },
});
const name = positionals[0] ?? '';
const load = BENCHMARKS[name] ?? refuse('benchmark', name, Object.keys(BENCHMARKS));
const { benchmark, partNames } = await load();
const parts = partNames({ smoke: values.smoke });
for (const part of values.only) if (!parts.includes(part)) refuse(`part of ${name}`, part, parts);
const threads = Number(values.threads);
if (!Number.isInteger(threads) || threads < 1) refuse('number of threads', values.threads, ['1, 2, ...']);
const measures: Measure[] = [];
const { smoke, only, keep, model, run } = values;
const python = values.peers ?? values.python;
for await (const measure of benchmark({ smoke, only, python, keep, model, run, threads })) {
  const short = rounded(measure);
  measures.push(short);
  console.log(`${short.measure.padEnd(36)} ${String(short.value).padStart(10)} ${short.unit}`);
  if (values.json !== undefined) await writeJsonAtomic(values.json, measures);
}

/** Ends with exit code 2, the names that there are, and the one that was probably meant. */
function refuse(what: string, name: string, names: readonly string[]): never {
  const nearest = nearestName(name, names);
  const guess = nearest === undefined ? '' : ` Did you mean ${nearest}?`;
  console.error(`no ${what} '${name}'; there are: ${names.join(', ')}.${guess}`);
  process.exit(2);
}
