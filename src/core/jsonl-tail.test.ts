import { appendFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { JsonlTail } from './jsonl-tail.js';
import { temporaryFolder } from './testing/temporary-folder.js';

async function grown() {
  const path = join(await temporaryFolder(), 'rows.jsonl');
  await writeFile(path, '{"n":1}\n{"n":2}\n');
  const tail = new JsonlTail<{ n: number }>(path);
  const numbers = async (from = tail) => (await from.look()).values.map(({ n }) => n);
  return { path, tail, numbers };
}

describe('a file that grows', () => {
  it('is read on from where it was; a torn last line waits, also in the middle of a character', async () => {
    const { path, tail, numbers } = await grown();
    expect(await tail.look()).toEqual({ values: [{ n: 1 }, { n: 2 }], anew: true });
    expect(await tail.look()).toEqual({ values: [], anew: false });
    const line = Buffer.from('{"n":3,"text":"ü"}\n');
    await appendFile(path, line.subarray(0, 16));
    expect(await numbers()).toEqual([]);
    await appendFile(path, line.subarray(16));
    expect(await tail.look()).toEqual({ values: [{ n: 3, text: 'ü' }], anew: false });
  });

  it('is read from its beginning where another file took its place, or less of it is left', async () => {
    const { path, tail } = await grown();
    await tail.look();
    await writeFile(`${path}.new`, '{"n":1}\n{"n":5}\n{"n":6}\n');
    await rename(`${path}.new`, path);
    expect(await tail.look()).toEqual({ values: [{ n: 1 }, { n: 5 }, { n: 6 }], anew: true });
    await truncate(path, 8);
    expect(await tail.look()).toEqual({ values: [{ n: 1 }], anew: true });
    await rm(path);
    expect(await tail.look()).toEqual({ values: [], anew: true });
    expect(await tail.look()).toEqual({ values: [], anew: false });
  });

  it('goes on from a position that was kept, and from nothing where the position is no position', async () => {
    const { path, tail, numbers } = await grown();
    await numbers();
    await appendFile(path, '{"n":3}\n');
    expect(await numbers(new JsonlTail(path, tail.position))).toEqual([3]);
    for (const wrong of ['', 'x', '1-2@-5', `${tail.position}9999999999999999`])
      expect(await numbers(new JsonlTail(path, wrong))).toEqual([1, 2, 3]);
  });

  it('longer than a piece comes whole; a line that is no JSON is named', async () => {
    const { path, numbers } = await grown();
    const long = 'x'.repeat(3 * 2 ** 20);
    await writeFile(path, `${JSON.stringify({ n: 1, long })}\n${JSON.stringify({ n: 2 })}\n`);
    expect(await numbers()).toEqual([1, 2]);
    await appendFile(path, 'oh\n');
    await expect(numbers()).rejects.toMatchObject({ code: 'data', where: path });
  });
});
