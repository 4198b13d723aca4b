import { createHash } from 'node:crypto';
import * as path from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createHash as browserHash } from './crypto.js';
import { mount, open, readFile, stat } from './files.js';
import * as browserPath from './path.js';
import { crc32 as browserCrc32 } from './zlib.js';

const bytes = Uint8Array.from({ length: 1000 }, (_, i) => (i * i) % 256);

describe('what stands in for modules of Node', () => {
  it('hashes as Node does', () => {
    const both = [
      createHash('sha256').update('größe').update(bytes),
      browserHash('sha256').update('größe').update(bytes),
    ] as const;
    expect(both[1].digest('hex')).toBe(both[0].digest('hex'));
    const words = [
      createHash('sha256').update('seed').digest(),
      browserHash('sha256').update('seed').digest(),
    ] as const;
    for (const at of [0, 4, 12]) expect(words[1].readUInt32LE(at)).toBe(words[0].readUInt32LE(at));
    expect(() => browserHash('md5')).toThrow('md5');
  });

  it('sums as Node does, also piece by piece', () => {
    expect(browserCrc32(bytes)).toBe(crc32(bytes));
    expect(browserCrc32(bytes.subarray(400), browserCrc32(bytes.subarray(0, 400)))).toBe(crc32(bytes));
    expect(browserCrc32(new Uint8Array(0))).toBe(0);
  });

  it('joins and cuts paths as Node does', () => {
    for (const parts of [
      ['a', 'b.json'],
      ['a', '', 'c'],
    ])
      expect(browserPath.join(...parts)).toBe(path.posix.join(...parts));
    expect(browserPath.basename('a/b/c.txt')).toBe(path.posix.basename('a/b/c.txt'));
    expect(browserPath.dirname('a/b/c.txt')).toBe(path.posix.dirname('a/b/c.txt'));
  });

  it('reads what is mounted, asks for nothing else, and fails as a missing file does', async () => {
    const asked: string[] = [];
    vi.stubGlobal('fetch', (url: string) => {
      asked.push(url);
      return Promise.resolve(url.endsWith('gone.bin') ? new Response('', { status: 500 }) : new Response(bytes));
    });
    onTestFinished(() => {
      vi.unstubAllGlobals();
    });
    let read = 0;
    mount('http://host/run', { 'policy/weights.bin': 1000, 'policy/gone.bin': 1 }, (more) => (read += more));
    const target = new Uint8Array(6);
    const file = await open('policy/weights.bin');
    expect(await file.read(target, 2, 4, 998)).toEqual({ bytesRead: 2 });
    expect([...target]).toEqual([0, 0, bytes[998], bytes[999], 0, 0]);
    expect(await file.stat()).toEqual({ size: 1000 });
    expect(await readFile('policy/weights.bin')).toEqual(bytes);
    expect(read).toBe(1000);
    expect(asked).toEqual(['http://host/run/policy/weights.bin']);
    expect((await stat('policy')).isDirectory()).toBe(true);
    expect((await stat('policy/weights.bin')).isFile()).toBe(true);
    for (const missing of [stat('policy/none'), open('none'), readFile('poli')]) {
      await expect(missing).rejects.toMatchObject({ code: 'ENOENT' });
    }
    await expect(readFile('policy/gone.bin')).rejects.toThrow(
      'http://host/run/policy/gone.bin could not be loaded: the server says 500',
    );
    expect(asked).toHaveLength(2);
  });
});
