import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Rng } from '../src/core/rng.js';
import { compiled } from '../src/core/testing/compiled.js';
import { attempt, loggedBytes, results, runWithKills } from './support/killed-run.js';

const main = compiled(new URL('../src/cli/main.ts', import.meta.url));

/** Smaller than world-quick: what matters is where it is killed. */
const sizes = [
  'data.world.trainProblems=96',
  'data.world.seenTests=8',
  'data.world.unseenTests=8',
  'labels.maxQueries=32',
]
  .concat([
    'labels.maxCandidates=16',
    'retriever.steps=20',
    'retriever.batchSize=8',
    'rl.steps=2',
    'rl.promptsPerStep=4',
  ])
  .concat(['rl.checkpointEverySteps=1', 'eval.k=2', 'eval.bootstrapSamples=100', 'engine.threads=1']);

it('tables of an experiment that was killed at random moments are those of one that was never killed, byte for byte', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ra-rft-kill-reproduce-'));
  const set = sizes.flatMap((size) => ['--set', size]);
  const args = (runs: string) =>
    [
      main,
      'reproduce',
      '--quiet',
      '--preset',
      'world-quick',
      '--seeds',
      '2',
      '--table',
      '4',
      '--runs',
      join(folder, runs),
    ].concat(set);
  const rootOf = (runs: string) => join(folder, runs, 'reproduce-world-quick');

  const whole = await attempt(args('whole'));
  expect(whole.exitCode, whole.stderr).toBe(0);
  const expected = await results(rootOf('whole'));
  const tables = ['tables.json', 'tables.md', 'tables.html', 'seed-2/metrics.jsonl'];
  expect(Object.keys(expected)).toEqual(expect.arrayContaining(tables));

  const totalBytes = await loggedBytes(rootOf('whole'));
  const plan = { kills: 3, totalBytes, rng: Rng.fromSeed('kill-reproduce') };
  expect(await runWithKills(args('killed'), rootOf('killed'), plan)).toHaveLength(3);
  expect(await results(rootOf('killed'))).toEqual(expected);
  expect((await readdir(rootOf('killed'))).toSorted()).toEqual([
    'seed-1',
    'seed-2',
    'tables.html',
    'tables.json',
    'tables.md',
  ]);
  await rm(folder, { recursive: true });
}, 300_000);
