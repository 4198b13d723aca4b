import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorFacts } from './errors.js';
import { JsonlWriter } from './jsonl.js';
import { removeLeftovers, removeLeftoversOf, writeFileAtomic, writeFolderAtomic, writeJsonAtomic } from './files.js';
import { manifestName } from './owned-folder.js';
import { temporaryFolder } from './testing/temporary-folder.js';

describe('writeFileAtomic', () => {
  it('makes the folder, replaces the content and leaves nothing else', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a', 'b.txt');
    await writeFileAtomic(path, 'one');
    await writeFileAtomic(path, new Uint8Array([0x32]));
    expect(await readFile(path, 'utf8')).toBe('2');
    expect(await readdir(join(folder, 'a'))).toEqual(['b.txt']);
  });

  it('keeps the old content and cleans up where the write fails', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'target');
    await mkdir(join(path, 'inside'), { recursive: true }); // a full folder cannot be replaced by a file
    await expect(writeFileAtomic(path, 'new')).rejects.toMatchObject({ syscall: 'rename' });
    expect(await readdir(folder)).toEqual(['target']);
  });

  it('takes content in pieces, and keeps the old one where they end in an error', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'pieces.txt');
    async function* pieces(fail: boolean) {
      yield 'one\n';
      await Promise.resolve();
      if (fail) throw new Error('no more');
      yield 'two\n';
    }
    await writeFileAtomic(path, pieces(false));
    await expect(writeFileAtomic(path, pieces(true))).rejects.toThrow('no more');
    expect(await readFile(path, 'utf8')).toBe('one\ntwo\n');
    expect(await readdir(folder)).toEqual(['pieces.txt']);
  });

  it('lets parallel writes of one file each be whole', async () => {
    const path = join(await temporaryFolder(), 'raced.json');
    await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        writeJsonAtomic(
          path,
          Array.from({ length: 2000 }, () => i),
        ),
      ),
    );
    const value = JSON.parse(await readFile(path, 'utf8')) as number[];
    expect(new Set(value).size).toBe(1);
  });
});

describe('writeFolderAtomic', () => {
  it('replaces a folder as a whole', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'step');
    await writeFolderAtomic(path, (at) => writeFile(join(at, 'old.txt'), '1'));
    await writeFolderAtomic(path, (at) => writeFile(join(at, 'new.txt'), '2'));
    expect(await readdir(path)).toEqual([manifestName, 'new.txt']);
    expect(await readdir(folder)).toEqual(['step']);
  });

  it('keeps the old folder where filling the new one fails', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'step');
    await writeFolderAtomic(path, (at) => writeFile(join(at, 'old.txt'), '1'));
    const failing = writeFolderAtomic(path, async (at) => {
      await writeFile(join(at, 'half.txt'), '2');
      throw new Error('disk full');
    });
    await expect(failing).rejects.toThrow('disk full');
    expect(await readdir(path)).toEqual([manifestName, 'old.txt']);
    expect(await readdir(folder)).toEqual(['step']);
  });
});

describe('removeLeftovers', () => {
  it('removes half-written files and folders at any depth, and nothing else', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'policy', 'step-1.tmp-12-0-3'), { recursive: true });
    await writeFile(join(folder, 'policy', 'step-1.tmp-12-0-3', 'x'), '1');
    await writeFile(join(folder, 'config.yaml.tmp-99-0-4'), 'half');
    await writeFile(join(folder, 'kept.tmp-file'), 'mine');
    await writeFile(join(folder, 'notes.old-2'), 'mine');
    expect((await removeLeftovers(folder)).length).toBe(2);
    expect(await readdir(folder)).toEqual(['kept.tmp-file', 'notes.old-2', 'policy']);
    expect(await readdir(join(folder, 'policy'))).toEqual([]);
  });

  it('puts a folder back whose replacement never came', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'step.old-12-0-1'));
    await mkdir(join(folder, 'step.tmp-12-0-0'));
    await removeLeftovers(folder);
    expect(await readdir(folder)).toEqual(['step']);
  });

  it('drops the old folder where the new one is there, and finds nothing in a missing folder', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'step.old-12-0-1'));
    await mkdir(join(folder, 'step', 'new'), { recursive: true });
    await removeLeftovers(folder);
    expect(await readdir(folder)).toEqual(['step']);
    expect(await readdir(join(folder, 'step'))).toEqual(['new']);
    expect(await removeLeftovers(join(folder, 'missing'))).toEqual([]);
  });
});

describe('removeLeftoversOf', () => {
  it('settles what is left of one file or folder, and of no other', async () => {
    const folder = await temporaryFolder();
    for (const name of ['step.old-12-0-1', 'step.tmp-12-0-0', 'other.tmp-12-0-2']) await mkdir(join(folder, name));
    await removeLeftoversOf(join(folder, 'step'));
    expect(await readdir(folder)).toEqual(['other.tmp-12-0-2', 'step']);
    await removeLeftoversOf(join(folder, 'missing', 'step'));
    expect(await readdir(folder)).toHaveLength(2);
  });
});

describe('a full disk', () => {
  const full = existsSync('/dev/full');

  it.skipIf(!full)('is an io error that names the file', async () => {
    const log = await JsonlWriter.open('/dev/full');
    const error = await log.append({ a: 1 }).catch((e: unknown) => e);
    await log.close();
    expect(errorFacts(error)).toMatchObject({
      code: 'io',
      where: '/dev/full',
      hint: expect.stringContaining('disk is full') as string,
    });
  });
});
