import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeTinyTask } from '../src/pipeline/testing/tiny-task.js';
import { compiled } from '../src/core/testing/compiled.js';
import { attempt, results } from './support/killed-run.js';

const main = compiled(new URL('../src/cli/main.ts', import.meta.url));

it('a training of a retriever that is killed between two steps goes on from its checkpoint, to the same bytes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ra-rft-retriever-kill-'));
  const config = await writeTinyTask(folder, {
    retriever: {
      steps: 120,
      batchSize: 8,
      dim: 8,
      validationShare: 0.2,
      testShare: 0.2,
      checkpointEverySteps: 20,
      hardNegatives: 1,
      hardNegativesMargin: 0,
      tokenDropout: 0.1,
    },
  });
  const args = (runs: string) => [main, 'retriever', '--quiet', '--config', config, '--runs', join(folder, runs)];
  const whole = await attempt(args('whole'));
  expect(whole.exitCode, whole.stderr).toBe(0);
  const expected = await results(join(folder, 'whole', 'tiny'));
  expect(Object.keys(expected).filter((name) => name.startsWith('retriever/learned.training'))).toEqual([]);

  const root = join(folder, 'killed', 'tiny');
  const state = join(root, 'retriever', 'learned.training', 'training.json');
  const killed = await attempt(args('killed'), () => Promise.resolve(existsSync(state)));
  expect(killed.killed).toBe(true);
  expect(existsSync(join(root, 'retriever', 'learned', 'retriever.json'))).toBe(false);
  const again = await attempt(args('killed'));
  expect(again.exitCode, again.stderr).toBe(0);
  expect(await readFile(join(root, 'events.jsonl'), 'utf8')).toContain('"kind":"training-resumed"');
  expect(await results(root)).toEqual(expected);
  await rm(folder, { recursive: true });
}, 120_000);
