import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeTinyTask } from '../pipeline/testing/tiny-task.js';
import { raRft } from './testing/ra-rft.js';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'ra-rft-reproduce-cli-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

it.each([
  [['--table', '6'], '--table 6'],
  [['--figure', '1'], '--figure 1'],
  [['--seeds', '0'], '--seeds'],
  [['--budget', '0'], '--budget'],
  [['--budget', 'long'], '--budget'],
  [['--preset', 'demo'], 'world, world-quick'],
  [['--set', 'seed=2'], '--seeds'],
  [['everything'], 'all'],
])('%j is refused before anything is written', async (args, said) => {
  const { code, err } = await raRft('reproduce', '--runs', folder, ...args);
  expect(code).toBe(2);
  expect(err).toContain(said);
});

it('a wrong key of --set is told as in a run', async () => {
  const { code, err } = await raRft('reproduce', '--runs', folder, '--set', 'rl.stepz=2');
  expect(code).toBe(3);
  expect(err).toContain('rl.steps');
});

it('a budget that is used up ends with a message, no failure, and tables of what is done', async () => {
  // Shorter than the first tables take to be written on any machine.
  const args = ['--preset', 'world-quick', '--table', 'main', '--seeds', '1', '--budget', '1e-9', '--runs', folder];
  const { code, out } = await raRft('reproduce', ...args);
  expect(code).toBe(0);
  expect(out).toMatch(/0 of \d+ arms are done\. The same command goes on/);
  const json = JSON.parse(await readFile(join(folder, 'reproduce-world-quick', 'tables.json'), 'utf8')) as object;
  expect(json).toMatchObject({ format: 1, preset: 'world-quick', seeds: [] });
});

it('a configuration takes the place of the preset: its data and sizes, the arms of the tables', async () => {
  const file = await writeTinyTask(join(folder, 'own'));
  const args = ['--config', file, '--table', 'train-and-test', '--seeds', '1', '--runs', folder];
  const { code, out, err } = await raRft('reproduce', ...args);
  expect([code, err]).toEqual([0, expect.not.stringContaining('failed')]);
  expect(out).toContain('All 4 arms are done');
  const json = JSON.parse(await readFile(join(folder, 'reproduce-tiny', 'tables.json'), 'utf8')) as object;
  expect(json).toMatchObject({ preset: 'tiny', k: 2, seeds: [{ seed: 1 }] });
  const refused = await raRft('reproduce', '--preset', 'world-quick', ...args);
  expect([refused.code, refused.err]).toEqual([3, expect.stringContaining('word-problems')]);
}, 120_000);
