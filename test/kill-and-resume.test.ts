import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Rng } from '../src/core/rng.js';
import { compiled } from '../src/core/testing/compiled.js';
import { writeTinyTask } from '../src/pipeline/testing/tiny-task.js';
import { attempt, loggedBytes, results, runWithKills } from './support/killed-run.js';

const main = compiled(new URL('../src/cli/main.ts', import.meta.url));

it('a run killed at random moments leaves what one that was never killed leaves, byte for byte', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ra-rft-kill-'));
  const config = await writeTinyTask(folder, { warmup: { steps: 6, batchSize: 8, learningRate: 0.01 } });
  const args = (runs: string) => [main, 'run', '--quiet', '--config', config, '--runs', join(folder, runs)];

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

  const totalBytes = await loggedBytes(join(folder, 'whole', 'tiny'));
  const plan = { kills: 4, totalBytes, rng: Rng.fromSeed('kill') };
  const struck = await runWithKills(args('killed'), join(folder, 'killed', 'tiny'), plan);
  expect(struck).toHaveLength(4);
  expect(await results(join(folder, 'killed', 'tiny'))).toEqual(expected);
  await rm(folder, { recursive: true });
}, 300_000);
