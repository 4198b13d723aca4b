import { readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { presets, resolveConfig } from '../src/config/index.js';

const folder = new URL('../examples/word-problems/', import.meta.url).pathname;

it('every configuration of the example is whole, beside its preset', async () => {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.yaml'));
  expect(files).toContain('mawps.yaml');
  for (const name of files) {
    const preset = name === 'svamp-alone.yaml' ? undefined : 'word-problems';
    const config = resolveConfig({ preset, file: `${folder}${name}` });
    expect(config.name).toBe(name.replace('.yaml', ''));
    expect(config.data.problems?.path).toMatch(/\.jsonl$/);
    expect(config.arms.map((arm) => arm.name)).toEqual(expect.arrayContaining(['grpo', 'ra-rft']));
  }
  expect(presets['word-problems']?.about).toContain('labels by its own gain');
});
