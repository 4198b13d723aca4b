import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeFolderAtomic } from './files.js';
import { refuseStrangers, removeOwnFolder, strangersIn } from './owned-folder.js';
import { temporaryFolder } from './testing/temporary-folder.js';

/** A folder written here, with a folder in it that was written here too. */
async function written(): Promise<string> {
  const path = join(await temporaryFolder(), 'model');
  await writeFolderAtomic(path, async (at) => {
    await writeFolderAtomic(join(at, 'optimizer'), (inner) => writeFile(join(inner, 'moments'), '1'));
    await writeFile(join(at, 'weights'), '1');
  });
  return path;
}

describe('folders that were written here', () => {
  it('hold no strangers, are replaced and are removed', async () => {
    const path = await written();
    expect(await strangersIn(path)).toEqual([]);
    await writeFolderAtomic(path, (at) => writeFile(join(at, 'weights'), '2'));
    expect(await readFile(join(path, 'weights'), 'utf8')).toBe('2');
    await removeOwnFolder(path);
    await expect(readFile(join(path, 'weights'))).rejects.toMatchObject({ code: 'ENOENT' });
    await removeOwnFolder(path);
  });

  it('are kept once somebody has put a file into them, at any depth', async () => {
    const path = await written();
    await writeFile(join(path, 'optimizer', 'notes.txt'), 'mine');
    const refused = { code: 'io', where: path, message: expect.stringContaining('optimizer/notes.txt') as string };
    await expect(
      writeFolderAtomic(path, () => {
        throw new Error('filled all the same');
      }),
    ).rejects.toMatchObject(refused);
    await expect(removeOwnFolder(path)).rejects.toMatchObject(refused);
    expect(await readFile(join(path, 'optimizer', 'notes.txt'), 'utf8')).toBe('mine');
  });

  it('are kept where the file comes while they are replaced', async () => {
    const path = await written();
    const replacing = writeFolderAtomic(path, () => writeFile(join(path, 'late.txt'), 'mine'));
    await expect(replacing).rejects.toMatchObject({ code: 'io' });
    expect(await readFile(join(path, 'late.txt'), 'utf8')).toBe('mine');
  });
});

describe("somebody's folders", () => {
  it('are refused, whatever they hold', async () => {
    const path = await temporaryFolder();
    for (const name of ['model.safetensors', 'config.json', 'a', 'b', 'c']) await writeFile(join(path, name), 'mine');
    await expect(refuseStrangers(path)).rejects.toMatchObject({
      code: 'io',
      message: expect.stringContaining('(a, b, c and 2 more)') as string,
    });
  });

  it('are taken where they are empty or missing', async () => {
    const path = await temporaryFolder();
    await mkdir(join(path, 'empty', 'inside'), { recursive: true });
    await refuseStrangers(path);
    await writeFolderAtomic(path, (at) => writeFile(join(at, 'weights'), '1'));
    expect(await strangersIn(path)).toEqual([]);
    await rm(join(path, 'weights'));
    expect(await strangersIn(join(path, 'missing'))).toEqual([]);
  });
});
