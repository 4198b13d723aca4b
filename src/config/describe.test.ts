import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { configKeys, findKey, keysUnder } from './describe.js';
import { configDocsMarkdown, configHelp } from './docs.js';
import { nearestName } from './nearest-name.js';
import { presets } from './presets.js';
import { resolveConfig } from './resolve.js';
import { commentedConfigYaml, configToYaml, startKeys } from './yaml.js';

async function resolved(yaml: string) {
  const file = join(await temporaryFolder(), 'c.yaml');
  await writeFile(file, yaml);
  return resolveConfig({ file });
}

describe('configKeys', () => {
  it('describes every key in a sentence', () => {
    for (const key of configKeys().filter((k) => k.kind === 'value')) expect(key.description, key.path).toMatch(/\.$/);
  });

  it('finds keys in lists by any index', () => {
    expect(findKey('arms.3.recipe')?.allowed).toContain('grpo | ');
    expect(findKey('rl.steps')).toMatchObject({ allowed: 'integer >= 0', unit: 'steps', kind: 'value' });
    expect(findKey('rl.nothing')).toBeUndefined();
    expect(keysUnder('arms.0')).toEqual(['name', 'train', 'test', 'method', 'recipe', 'contexts', 'policyOf']);
    expect(keysUnder('')).toContain('seed');
    expect(keysUnder('')).not.toContain('steps');
  });
});

describe('nearestName', () => {
  it('forgives a third of the letters and whole beginnings, no more', () => {
    expect(nearestName('learningrate', ['steps', 'learningRate'])).toBe('learningRate');
    expect(nearestName('maxGroups', ['maxTokens', 'maxGroupsPerUpdate'])).toBe('maxGroupsPerUpdate');
    expect(nearestName('lr', ['steps', 'learningRate'])).toBeUndefined();
    expect(nearestName('x', [])).toBeUndefined();
  });
});

describe('YAML', () => {
  it('of a resolved configuration resolves to the same', async () => {
    for (const preset of Object.keys(presets)) {
      const config = resolveConfig({ preset, set: ['prompt.problemTemplate="Problem: {question}\\nSolution:"'] });
      expect(await resolved(configToYaml(config))).toEqual(config);
    }
  });

  it('of init changes nothing by itself', async () => {
    expect(await resolved(commentedConfigYaml())).toEqual(resolveConfig());
  });

  it('of init with a preset resolves to the preset, however it is uncommented', async () => {
    const yaml = commentedConfigYaml({ preset: 'quick', all: true });
    const expected = resolveConfig({ preset: 'quick' });
    expect(await resolved(yaml)).toEqual(expected);
    // The first `# ` of a line that holds a key or list item is its comment mark.
    const names = [
      ...configKeys().map(({ path }) => path.split('.').at(-1)),
      ...Object.keys(resolveConfig().retrievers),
    ];
    const all = yaml.replace(
      /^( *)# ([\w-]+:|  +(?:- )?[\w-]+:)(.*)$/gm,
      (line, indent: string, key: string, rest: string) =>
        names.includes(key.trim().replace(/^- /, '').slice(0, -1)) ? `${indent}${key}${rest}` : line,
    );
    expect(await resolved(all)).toEqual(expected);
  });

  it('of init takes values of the user', async () => {
    const yaml = commentedConfigYaml({ values: { 'data.source': 'files', 'data.problems.path': '/p.jsonl' } });
    expect((await resolved(yaml)).data).toMatchObject({ source: 'files', problems: { path: '/p.jsonl' } });
  });

  it('of init has at most 25 keys, all of them known, unless all are asked for', () => {
    for (const path of startKeys) expect(findKey(path), path).toBeDefined();
    const keysOf = (yaml: string) => configKeys().filter(({ path, kind }) => kind !== 'section' && has(yaml, path));
    const has = (yaml: string, path: string) => new RegExp(`^ *(# )?${path.split('.').at(-1)}:`, 'm').test(yaml);
    const short = commentedConfigYaml();
    expect(startKeys.length).toBeLessThanOrEqual(25);
    expect(keysOf(short).length).toBeLessThan(50); // some share their last name with others
    for (const path of startKeys) expect(has(short, path), path).toBe(true);
    expect(has(short, 'rl.beta2')).toBe(false);
    expect(keysOf(commentedConfigYaml({ all: true })).length).toBeGreaterThan(100);
    expect(commentedConfigYaml({ values: { 'rl.beta2': 0.9 } })).toContain('  beta2: 0.9');
  });

  it('of init names every key where all are asked for, and keeps lines short', () => {
    const yaml = commentedConfigYaml({ all: true });
    for (const key of configKeys().filter((k) => !/\[\]|\{/.test(k.path)))
      expect(yaml).toContain(`${key.path.split('.').at(-1)}:`);
    for (const line of yaml.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  });
});

describe('docs and help', () => {
  it('have every key', () => {
    const [docs, help] = [configDocsMarkdown(), configHelp()];
    for (const key of configKeys().filter((k) => k.kind === 'value')) {
      expect(help).toContain(`  ${key.path}\n`);
      expect(docs).toContain(`| \`${key.path.split('.').at(-1)}\` |`);
    }
    for (const name of Object.keys(presets)) expect(docs).toContain(`\`${name}\`:`);
  });
});
