/**
 * Kills a run at random moments, starts it again each time, and compares every result with those of a run that was never
 * killed, byte for byte. The same as test/kill-and-resume.test.ts, on a run of your choice:
 *
 *   npx tsx scripts/kill-and-resume.ts [--kills 10] [--seed 1] [-- arguments of `ra-rft run`, by default --quick]
 *   npx tsx scripts/kill-and-resume.ts --reproduce [--kills 10] [-- arguments of `ra-rft reproduce`, by default --seeds 2]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Rng } from '../src/core/index.js';
import { attempt, loggedBytes, results, runWithKills } from '../test/support/killed-run.js';

const { values, positionals } = parseArgs({
  options: {
    kills: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    /** All runs of an experiment instead of one run; its preset is world-quick. */
    reproduce: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const folder = await mkdtemp(join(tmpdir(), 'ra-rft-kill-'));
const preset = 'world-quick';
const [verb, name, defaults] = values.reproduce
  ? [['reproduce', '--preset', preset], `reproduce-${preset}`, ['--seeds', '2']]
  : [['run', '--name', 'run'], 'run', ['--quick']];
const given = positionals.length > 0 ? positionals : defaults;
const program = ['--import', 'tsx', fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))];
const args = (runs: string) => [...program, ...verb, '--quiet', '--runs', join(folder, runs), ...given];

const whole = await attempt(args('whole'));
if (whole.exitCode !== 0) throw new Error(whole.stderr);
const wholeRun = join(folder, 'whole', name);
console.log(`never killed: ${(whole.ms / 1000).toFixed(1)} s`);

const totalBytes = await loggedBytes(wholeRun);
const plan = { kills: Number(values.kills), totalBytes, rng: Rng.fromSeed(`kill/${values.seed}`) };
const killedRun = join(folder, 'killed', name);
const points = await runWithKills(args('killed'), killedRun, plan);
console.log(`killed at ${points.map((share) => `${(100 * share).toFixed(0)} %`).join(', ')} of what the run logs`);

const [expected, found] = [await results(wholeRun), await results(killedRun)];
const paths = [...new Set([...Object.keys(expected), ...Object.keys(found)])];
const differing = paths.filter((path) => expected[path] !== found[path]);
for (const path of differing) console.error(`differs: ${path}`);
console.log(`${points.length} kills, ${paths.length} files compared, ${differing.length} differ`);
if (differing.length > 0) {
  console.log(`kept for a look: ${folder}`);
  process.exitCode = 1;
} else await rm(folder, { recursive: true });
