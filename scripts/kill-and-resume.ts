/**
 * Kills a run at random moments, starts it again each time, and compares every result with those of a run that was never
 * killed, byte for byte. The same as test/kill-and-resume.test.ts, on a run of your choice:
 *
 *   npx tsx scripts/kill-and-resume.ts [--kills 10] [--seed 1] [-- arguments of `ra-rft run`, by default --quick]
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Rng } from '../src/core/index.js';
import { attempt, results, runWithKills } from '../test/support/killed-run.js';

const { values, positionals } = parseArgs({
  options: { kills: { type: 'string', default: '10' }, seed: { type: 'string', default: '1' } },
  allowPositionals: true,
});
const folder = await mkdtemp(join(tmpdir(), 'ra-rft-kill-'));
const args = (runs: string) => [
  'run',
  '--quiet',
  '--runs',
  join(folder, runs),
  ...(positionals.length > 0 ? positionals : ['--quick']),
];
const resultsIn = async (runs: string) => {
  const [name = ''] = await readdir(join(folder, runs));
  return results(join(folder, runs, name));
};

const whole = await attempt(args('whole'));
if (whole.exitCode !== 0) throw new Error(whole.stderr);
console.log(`never killed: ${(whole.ms / 1000).toFixed(1)} s`);

// A run gets on a little further with each attempt, so later kills need not wait as long to strike something new.
const plan = { kills: Number(values.kills), from: 1000, to: 0.5 * whole.ms, rng: Rng.fromSeed(`kill/${values.seed}`) };
const struck = await runWithKills(args('killed'), plan);
console.log(`killed after ${struck.map((ms) => (ms / 1000).toFixed(1)).join(', ')} s`);

const [expected, found] = [await resultsIn('whole'), await resultsIn('killed')];
const paths = [...new Set([...Object.keys(expected), ...Object.keys(found)])];
const differing = paths.filter((path) => expected[path] !== found[path]);
for (const path of differing) console.error(`differs: ${path}`);
console.log(`${struck.length} kills, ${paths.length} files compared, ${differing.length} differ`);
if (differing.length > 0) {
  console.log(`kept for a look: ${folder}`);
  process.exitCode = 1;
} else await rm(folder, { recursive: true });
