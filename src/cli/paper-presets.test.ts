/** The presets of the paper on files of a user's own, as far as a dry run looks: no server is there. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { presets } from '../config/index.js';
import { writeJsonAtomic } from '../core/files.js';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { writeTinyTask } from '../pipeline/testing/tiny-task.js';
import { raRft } from './testing/ra-rft.js';

const onServers = Object.keys(presets).filter((name) => name.startsWith('qwen3-'));

it.each(onServers)('%s is planned by a dry run, which asks no server', async (preset) => {
  const folder = await temporaryFolder();
  await writeTinyTask(folder);
  const model = join(folder, 'model');
  // A tiny model with the window of Qwen3.
  const config = JSON.parse(await readFile(join(model, 'config.json'), 'utf8')) as Record<string, unknown>;
  await writeJsonAtomic(join(model, 'config.json'), { ...config, max_position_embeddings: 40_960 });
  const data = (name: string) => [
    `data.${name}.path=${join(folder, `${name}.jsonl`)}`,
    `data.${name}.fields={question: ask, answer: gold, solution: work, truth: meta.kind}`,
  ];
  const set = [`model.path=${model}`, ...data('problems'), ...data('corpus')];
  const { code, out, err } = await raRft(
    'run',
    '--preset',
    preset,
    '--dry-run',
    '--runs',
    folder,
    ...set.flatMap((text) => ['--set', text]),
  );
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toContain('unknown: the speed of the server');
  expect(out).toMatch(/calls to gpt-4o .* price of gpt-4o unknown/);
  expect(out).toContain(`name: ${preset}\n`);
  expect(out).toContain('groupSize: 16\n');
});
