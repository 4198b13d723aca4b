import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { packageVersion } from './version.js';
import { raRft } from './testing/ra-rft.js';

async function configFile(text?: string): Promise<string> {
  const file = join(await temporaryFolder(), 'c.yaml');
  if (text !== undefined) await writeFile(file, text);
  return file;
}

const verbs = [
  'run',
  'judge',
  'retriever',
  'train',
  'eval',
  'report',
  'init',
  'doctor',
  'verify',
  'model',
  'world',
  'corpus',
];

describe('ra-rft', () => {
  it('tells its version and its verbs, and fails without a verb', async () => {
    expect(await raRft('--version')).toEqual({ code: 0, out: `${packageVersion()}\n`, err: '' });
    const help = await raRft('--help');
    expect(help.code).toBe(0);
    for (const verb of verbs) expect(help.out).toContain(`  ${verb} `);
    expect((await raRft()).code).toBe(2);
  });

  it('lists every key in the help of run', async () => {
    const { code, out } = await raRft('run', '--help');
    expect(code).toBe(0);
    for (const text of ['rl.groupSize', '--dry-run', 'quick: ']) expect(out).toContain(text);
  });

  it('ends with 2 and a suggestion at a wrong verb or option', async () => {
    expect(await raRft('rnu')).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('Did you mean run') as string,
    });
    expect(await raRft('run', '--prest', 'demo')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--preset') as string,
    });
    expect(await raRft('verify', '--gold', '5')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--answer') as string,
    });
  });

  it('prints what, where, expected and hint of a wrong key, and the stack only when verbose', async () => {
    const file = await configFile('seed: 1\nrl:\n  stpes: 3\n');
    const { code, err } = await raRft('run', '--config', file);
    expect(code).toBe(3);
    const lines = err.split('\n');
    expect(lines[0]).toBe('error: unknown key rl.stpes');
    expect(lines[1]).toBe(`  where:    ${file}:3`);
    expect(lines[2]).toContain('  expected: ');
    expect(lines.slice(3)).toEqual(['  hint:     Did you mean rl.steps?', '']);
    expect((await raRft('run', '--config', file, '--verbose')).err).toContain('    at ');
  });

  it('resolves and prints without running', async () => {
    const runs = await temporaryFolder();
    const args = ['--quick', '--name', 'x', '--seed', '7', '--set', 'rl.steps=2', '--runs', runs];
    const { code, out } = await raRft('run', ...args, '--dry-run');
    expect(code).toBe(0);
    expect(out).toMatch(/name: x\nseed: 7\n/);
    expect(out).toContain('  steps: 2\n');
    expect(await readdir(runs)).toEqual([]);
  });

  it('goes on with the configuration of the folder that --name names, and writes --quick over neither', async () => {
    const runs = await temporaryFolder();
    const { out } = await raRft('run', '--quick', '--name', 'kept', '--seed', '9', '--runs', runs, '--dry-run');
    await mkdir(join(runs, 'kept'));
    await writeFile(join(runs, 'kept', 'config.yaml'), out);
    const again = await raRft('train', '--name', 'kept', '--runs', runs, '--dry-run');
    expect(again.code).toBe(0);
    expect(again.out).toContain('seed: 9\n');
    // A renamed folder is still the run that it holds.
    await rename(join(runs, 'kept'), join(runs, 'moved'));
    const moved = await raRft('train', '--name', 'moved', '--runs', runs, '--dry-run');
    expect(moved.out).toContain(`train in ${join(runs, 'moved')}`);
    expect(moved.out).toContain('seed: 9');
    const fresh = await raRft('train', '--name', 'new', '--runs', runs, '--dry-run');
    expect(fresh.out).toContain('from preset demo');
  });

  it('writes a configuration that resolves, and overwrites none', async () => {
    const file = await configFile();
    expect(await raRft('init', file, '--preset', 'quick')).toMatchObject({ code: 0, err: '' });
    expect((await raRft('run', '--config', file, '--dry-run')).out).toContain('name: quick');
    expect(await raRft('init', file)).toMatchObject({ code: 2, err: expect.stringContaining('--force') as string });
    expect((await raRft('init', file, '--force', '--data', 'p.jsonl')).code).toBe(0);
    expect(await readFile(file, 'utf8')).toContain('path: p.jsonl');
    expect(await raRft('init', file, '--force', '--preset', 'dmeo')).toMatchObject({ code: 3 });
  });

  it('judges one response', async () => {
    const right = await raRft('verify', '--gold', '5', '--answer', 'so \\boxed{5}');
    expect(JSON.parse(right.out)).toMatchObject({ outcome: 'match', extracted: '5' });
    const wrong = await raRft('verify', '--gold', '5', '--answer', 'so \\boxed{6}');
    expect(JSON.parse(wrong.out)).toMatchObject({ outcome: 'mismatch' });
  });

  it('imports no model from a file that is none, or from nothing', async () => {
    const file = await configFile('not a model');
    const out = join(file, '..', 'out');
    expect(await raRft('model', 'import', file, '--out', out)).toMatchObject({ code: 5, out: '' });
    const missing = await raRft('model', 'import', `${file}.gguf`, '--out', out);
    expect(missing).toMatchObject({ out: '', err: expect.stringContaining(`${file}.gguf`) as string });
    expect(missing.code).not.toBe(0);
    expect(await raRft('model', 'import', 'no/such/thing', '--out', out)).toMatchObject({ code: 2 });
    expect(await readdir(join(file, '..'))).toEqual(['c.yaml']);
  });
});

describe('the process', () => {
  const entry = fileURLToPath(new URL('./main.ts', import.meta.url));
  const args = ['--import', import.meta.resolve('tsx'), entry];

  it('ends with the exit code of the error', async () => {
    const code = await new Promise((resolve) => {
      execFile(process.execPath, [...args, 'run', '--set', 'a=1'], (error) => resolve(error?.code));
    });
    expect(code).toBe(3);
  });
});
