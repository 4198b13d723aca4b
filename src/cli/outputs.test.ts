import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { shellWord } from './shell-word.js';
import { raRft } from './testing/ra-rft.js';

/** A folder with a file of somebody's, and a check that it is all that the folder holds, unchanged. */
async function somebodys(name: string, text = 'mine') {
  const folder = join(await temporaryFolder(), 'theirs');
  await mkdir(folder);
  const path = join(folder, name);
  await writeFile(path, text);
  const isUntouched = async () => {
    expect(await readFile(path, 'utf8')).toBe(text);
    expect((await readdir(folder)).filter((found) => found !== name && found !== 'downloads')).toEqual([]);
  };
  return { folder, path, isUntouched };
}

const refusal = (code: number, text: string) => ({ code, err: expect.stringContaining(text) as string });

describe('what a person has written stays', () => {
  it('in the folders of model import and world pretrain', async () => {
    const { folder, path, isUntouched } = await somebodys('model.safetensors');
    const notOurs = refusal(8, 'did not write (model.safetensors)');
    expect(await raRft('model', 'import', `${path}.gguf`, '--out', folder)).toMatchObject(notOurs);
    expect(await raRft('model', 'import', 'owner/name', '--out', folder)).toMatchObject(notOurs);
    expect(await raRft('world', 'pretrain', '--out', folder, '--steps', '1')).toMatchObject(notOurs);
    await isUntouched();
  });

  it('in the folder of corpus build, also with --redo and where it is the input', async () => {
    const line = '{"id":"a","question":"Add one and one.","solution":"\\\\boxed{2}","answer":"2"}\n';
    const { folder, path, isUntouched } = await somebodys('corpus.jsonl', line);
    for (const more of [[], ['--redo']]) {
      const built = await raRft('corpus', 'build', '--input', path, '--out', folder, ...more, '--quiet');
      expect(built).toMatchObject(refusal(7, 'corpus.jsonl was not written by a build'));
      await isUntouched();
    }
  });

  it('in the folder of world generate, which writes the same world twice', async () => {
    const { folder, isUntouched } = await somebodys('tests.jsonl');
    expect(await raRft('world', 'generate', folder)).toMatchObject(refusal(2, 'tests.jsonl exists with other content'));
    await isUntouched();
    const ours = join(folder, 'world');
    expect((await raRft('world', 'generate', ours)).code).toBe(0);
    expect((await raRft('world', 'generate', ours)).code).toBe(0);
    expect(await raRft('world', 'generate', ours, '--seed', '2')).toMatchObject(refusal(2, 'problems.jsonl exists'));
  });

  it('in the output of verify, which may replace its own', async () => {
    const { path, folder, isUntouched } = await somebodys('pairs.jsonl', '{"id":1,"gold":"2","pred":"2"}\n');
    const verify = (out: string) => raRft('verify', '--input', path, '--out', out, '--quiet');
    expect(await verify(path)).toMatchObject(refusal(2, 'is the input'));
    await isUntouched();
    const verdicts = join(folder, '..', 'verdicts.jsonl');
    expect((await verify(verdicts)).code).toBe(0);
    expect((await verify(verdicts)).code).toBe(0);
    await writeFile(verdicts, 'notes');
    expect(await verify(verdicts)).toMatchObject(refusal(2, 'was not written by this command'));
    expect(await readFile(verdicts, 'utf8')).toBe('notes');
  });

  it('in a folder that is named as a run, or above one', async () => {
    const { folder, isUntouched } = await somebodys('thesis.tex');
    const run = (name: string, runs: string) => raRft('run', '--quick', '--quiet', '--name', name, '--runs', runs);
    expect(await run('theirs', join(folder, '..'))).toMatchObject(refusal(7, 'holds files but no run (thesis.tex)'));
    for (const name of ['.', '..', '...']) expect(await run(name, folder)).toMatchObject(refusal(3, 'name is'));
    await isUntouched();
    const config = await somebodys('config.yaml', '');
    expect(await run('theirs', join(config.folder, '..'))).toMatchObject(refusal(7, ''));
    await config.isUntouched();
  });
});

it('world pretrain goes on in its own work folder only', async () => {
  const { folder, isUntouched } = await somebodys('step-0');
  const out = join(folder, '..', 'base');
  await cp(folder, `${out}.work`, { recursive: true });
  const pretrained = await raRft('world', 'pretrain', '--out', out, '--steps', '1', '--quiet');
  expect(pretrained.code).not.toBe(0);
  expect(await readFile(join(`${out}.work`, 'step-0'), 'utf8')).toBe('mine');
  await isUntouched();
});

it('writes words that a shell reads as they are', async () => {
  expect(shellWord('runs/a-b.yaml')).toBe('runs/a-b.yaml');
  expect(shellWord("it's a b.yaml")).toBe("'it'\\''s a b.yaml'");
  const file = join(await temporaryFolder(), 'a b.yaml');
  expect((await raRft('init', file)).out).toContain(`--config '${file}' --dry-run`);
});
