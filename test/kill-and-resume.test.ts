import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Rng } from '../src/core/rng.js';
import { writeTinyTask } from '../src/pipeline/testing/tiny-task.js';
import { attempt, results, runWithKills } from './support/killed-run.js';

it('a run killed at random moments leaves what one that was never killed leaves, byte for byte', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ra-rft-kill-'));
  const config = await writeTinyTask(folder, { warmup: { steps: 6, batchSize: 8, learningRate: 0.01 } });
  const args = (runs: string) => ['run', '--quiet', '--config', config, '--runs', join(folder, runs)];

  const whole = await attempt(args('whole'));
  expect(whole.exitCode, whole.stderr).toBe(0);
  const expected = await results(join(folder, 'whole', 'tiny'));
  expect(Object.keys(expected)).toEqual(
    expect.arrayContaining([
      'metrics.jsonl',
      'labels.jsonl',
      'summary.json',
      'policy/ra-rft/step-000004/model.safetensors',
    ]),
  );

  // Every attempt goes on where the last one ended, so early moments reach late stages too; and the machine may be twice
  // as fast as it was a moment ago.
  const plan = { kills: 4, from: 0.2 * whole.ms, to: 0.5 * whole.ms, rng: Rng.fromSeed('kill') };
  const struck = await runWithKills(args('killed'), plan);
  expect(struck.length).toBeGreaterThan(0);
  expect(await results(join(folder, 'killed', 'tiny'))).toEqual(expected);
  await rm(folder, { recursive: true });
}, 300_000);
