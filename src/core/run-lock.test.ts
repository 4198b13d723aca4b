import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { takeFolderLock, takeLock } from './run-lock.js';
import { compiled } from './testing/compiled.js';
import { temporaryFolder } from './testing/temporary-folder.js';

async function holder(path: string): Promise<ChildProcess> {
  const script = compiled(new URL('./testing/lock-holder.ts', import.meta.url));
  const child = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

describe('takeLock', () => {
  it('is held by one, and free after release', async () => {
    const path = join(await temporaryFolder(), 'run.lock');
    const lock = await takeLock(path);
    await expect(takeLock(path)).rejects.toMatchObject({ code: 'run-folder', where: path });
    await lock.release();
    await (await takeLock(path)).release();
    expect(await readdir(join(path, '..'))).toEqual([]);
  });

  it('is refused while another process lives, and taken over when that one was killed', async () => {
    const path = join(await temporaryFolder(), 'run.lock');
    const child = await holder(path);
    await expect(takeLock(path)).rejects.toMatchObject({
      message: expect.stringContaining(`process ${child.pid}`) as string,
    });
    child.kill('SIGKILL');
    await once(child, 'exit');
    const lock = await takeLock(path);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ pid: process.pid });
    await lock.release();
  });

  it('takes over a lock whose pid another process has got since', async () => {
    const path = join(await temporaryFolder(), 'run.lock');
    await writeFile(path, JSON.stringify({ pid: process.ppid, host: hostname(), started: 'an earlier boot/1' }));
    await takeLock(path);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ pid: process.pid });
  });

  it('takes over a torn lock, and never one of another machine', async () => {
    const path = join(await temporaryFolder(), 'run.lock');
    await writeFile(path, '{"pi');
    await (await takeLock(path)).release();
    await writeFile(path, JSON.stringify({ pid: 1, host: 'elsewhere', started: '' }));
    await expect(takeLock(path)).rejects.toMatchObject({ code: 'run-folder' });
  });

  it('lets exactly one of many have a dead lock', async () => {
    const path = join(await temporaryFolder(), 'run.lock');
    for (let round = 0; round < 20; round++) {
      await writeFile(path, JSON.stringify({ pid: process.ppid, host: hostname(), started: 'dead' }));
      const results = await Promise.allSettled(Array.from({ length: 12 }, () => takeLock(path)));
      expect(results.filter((r) => r.status === 'fulfilled').length, `round ${round}`).toBe(1);
    }
    expect(await readdir(dirname(path))).toEqual(['run.lock']);
  });

  it('says what stands in the way where a takeover was killed', { timeout: 30_000 }, async () => {
    const path = join(await temporaryFolder(), 'run.lock');
    await writeFile(path, JSON.stringify({ pid: process.ppid, host: hostname(), started: 'dead' }));
    await mkdir(`${path}.takeover`);
    await expect(takeLock(path)).rejects.toMatchObject({ code: 'run-folder', where: `${path}.takeover` });
  });
});

describe('takeFolderLock', () => {
  it('leaves nothing of the folders that it made for work that wrote nothing', async () => {
    const root = await temporaryFolder();
    const lock = await takeFolderLock(join(root, 'a', 'b', 'run.lock'));
    expect(await readdir(join(root, 'a', 'b'))).toEqual(['run.lock']);
    await lock.release();
    expect(await readdir(root)).toEqual([]);
  });

  it('keeps what was written, what another keeps beside, and folders that were there', async () => {
    const root = await temporaryFolder();
    const first = await takeFolderLock(join(root, 'a', 'b', 'run.lock'));
    const second = await takeFolderLock(join(root, 'a', 'c', 'run.lock'));
    await first.release();
    expect(await readdir(join(root, 'a'))).toEqual(['c']);
    await writeFile(join(root, 'a', 'c', 'file'), '');
    await second.release();
    expect(await readdir(join(root, 'a', 'c'))).toEqual(['file']);
    await mkdir(join(root, 'empty'));
    await (await takeFolderLock(join(root, 'empty', 'run.lock'))).release();
    expect(await readdir(join(root, 'empty'))).toEqual([]);
  });
});
