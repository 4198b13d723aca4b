import { appendFile, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  cutJsonl,
  jsonlPieces,
  JsonlWriter,
  mendLastLine,
  readJsonl,
  readJsonlAll,
  readJsonlTolerant,
  writeJsonlAtomic,
} from './jsonl.js';
import { temporaryFolder } from './testing/temporary-folder.js';

async function fileWith(text: string): Promise<string> {
  const path = join(await temporaryFolder(), 'log.jsonl');
  await writeFile(path, text);
  return path;
}

describe('readJsonl', () => {
  it('splits at line feeds only: a text may hold the line separators of Unicode', async () => {
    const path = await fileWith('{"a":"x\u2028y"}\n{"a":"z\u2029"}\n');
    expect(await readJsonlAll(path)).toEqual([{ a: 'x\u2028y' }, { a: 'z\u2029' }]);
  });

  it('gives values with their line numbers; empty lines and Windows line ends do not shift them', async () => {
    const path = await fileWith('{"a":1}\r\n\n{"a":2}\n');
    const lines = [];
    for await (const line of readJsonl(path)) lines.push(line);
    expect(lines).toEqual([
      { line: 1, value: { a: 1 } },
      { line: 3, value: { a: 2 } },
    ]);
  });

  it('ends a line at a newline only, wherever the file is read in pieces', async () => {
    const values = Array.from({ length: 200 }, (_, i) => ({ text: `a\u2028b\u2029${'é'.repeat(i * 20)}` }));
    const path = await fileWith(values.map((v) => JSON.stringify(v)).join('\n'));
    expect(await readJsonlAll(path)).toEqual(values);
  });

  it('goes on after what is not JSON where that is wanted', async () => {
    const path = await fileWith('\uFEFF{"a":1}\n{"a":\n\n{"a":2}\n');
    const lines = [];
    for await (const line of readJsonlTolerant(path)) lines.push(line);
    expect(lines).toMatchObject([
      { line: 1, value: { a: 1 } },
      { line: 2, error: { code: 'data', where: `${path}:2` } },
      { line: 4, value: { a: 2 } },
    ]);
  });

  it('names file and line of what is not JSON', async () => {
    const path = await fileWith('{"a":1}\n{"a":\n');
    await expect(readJsonlAll(path)).rejects.toMatchObject({ code: 'data', where: `${path}:2` });
  });

  it('fails where the file is missing', async () => {
    await expect(readJsonlAll('/no/such/file.jsonl')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('reads an empty file as nothing', async () => {
    expect(await readJsonlAll(await fileWith(''))).toEqual([]);
  });
});

describe('writeJsonlAtomic', () => {
  it('never puts a file together as one text: a large one would be longer than a string can be', () => {
    const values = Array.from({ length: 50 }, (_, i) => ({ i, text: 'x'.repeat(100_000) }));
    const pieces = [...jsonlPieces(values)];
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(1.2e6);
    expect(pieces.join('')).toBe(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
  });

  it('leaves the old file where a value cannot be written', async () => {
    const path = await fileWith('{"old":1}\n');
    await expect(writeJsonlAtomic(path, [{ text: 'x'.repeat(2e6) }, { n: 1n }])).rejects.toThrow('BigInt');
    expect(await readFile(path, 'utf8')).toBe('{"old":1}\n');
    await writeJsonlAtomic(path, []);
    expect(await readFile(path, 'utf8')).toBe('');
  });
});

describe('mendLastLine', () => {
  it('cuts what follows the last newline', async () => {
    const path = await fileWith('{"a":1}\n{"a":2}\n{"a":');
    await mendLastLine(path);
    expect(await readFile(path, 'utf8')).toBe('{"a":1}\n{"a":2}\n');
  });

  it('empties a file that is one torn line, and leaves whole, empty and missing files alone', async () => {
    const torn = await fileWith('{"a"');
    await mendLastLine(torn);
    expect((await stat(torn)).size).toBe(0);
    const whole = await fileWith('{"a":1}\n');
    await mendLastLine(whole);
    expect(await readFile(whole, 'utf8')).toBe('{"a":1}\n');
    await mendLastLine(await fileWith(''));
    await mendLastLine(join(await temporaryFolder(), 'missing'));
  });

  it('ends a last line that is whole, as an editor may leave it', async () => {
    const path = await fileWith('{"a":1}\n{"b":2}');
    await mendLastLine(path);
    expect(await readFile(path, 'utf8')).toBe('{"a":1}\n{"b":2}\n');
  });

  it('finds the last newline behind a torn line longer than what is read at once', async () => {
    const path = await fileWith(`{"a":1}\n"${'x'.repeat(200_000)}`);
    await mendLastLine(path);
    expect(await readFile(path, 'utf8')).toBe('{"a":1}\n');
    const only = await fileWith('y'.repeat(200_000));
    await mendLastLine(only);
    expect((await stat(only)).size).toBe(0);
  });
});

describe('JsonlWriter', () => {
  it('appends more values than a call can have arguments', async () => {
    const path = await fileWith('');
    const writer = await JsonlWriter.open(path);
    await writer.appendAll(Array.from({ length: 250_000 }, (_, i) => i));
    await writer.close();
    const values = await readJsonlAll<number>(path);
    expect([values.length, values[0], values.at(-1)]).toEqual([250_000, 0, 249_999]);
  });

  it('appends, and after a crash goes on behind the last whole line', async () => {
    const path = join(await temporaryFolder(), 'sub', 'log.jsonl');
    const first = await JsonlWriter.open(path);
    await first.append({ a: 1 }, { a: 2 });
    await first.append();
    await first.close();
    await appendFile(path, '{"a":3');
    const second = await JsonlWriter.open(path);
    await second.append({ a: 4 });
    await second.close();
    expect(await readFile(path, 'utf8')).toBe('{"a":1}\n{"a":2}\n{"a":4}\n');
  });
});

describe('JsonlWriter, called again before it has written', () => {
  it('keeps lines whole and in order, and closes behind the last one', async () => {
    const path = join(await temporaryFolder(), 'log.jsonl');
    const writer = await JsonlWriter.open(path);
    const rows = Array.from({ length: 40 }, (_, n) => ({ n, text: String(n % 10).repeat(n % 4 === 0 ? 300_000 : 10) }));
    const writes = rows.map((row) => writer.append(row));
    await writer.close();
    await Promise.all(writes);
    expect(await readJsonlAll(path)).toEqual(rows);
  });
});

describe('cutJsonl', () => {
  it('keeps lines byte for byte, spaces and number forms included', async () => {
    const path = await fileWith('{"step": 1.0}\n{"step":2}\n{ "step":3 }\n{"ste');
    await cutJsonl<{ step: number }>(path, (row) => row.step !== 2);
    expect(await readFile(path, 'utf8')).toBe('{"step": 1.0}\n{ "step":3 }\n');
  });

  it('does not touch a file of which all is kept', async () => {
    const path = await fileWith('{"step":1}\n');
    const before = await stat(path);
    await cutJsonl(path, () => true);
    expect((await stat(path)).ino).toBe(before.ino);
    await cutJsonl(join(await temporaryFolder(), 'missing'), () => false);
  });

  it('names the line that is not JSON and leaves the file as it was', async () => {
    const path = await fileWith('{"step":1}\nbroken\n');
    await expect(cutJsonl(path, () => false)).rejects.toMatchObject({ code: 'data', where: `${path}:2` });
    expect(await readFile(path, 'utf8')).toBe('{"step":1}\nbroken\n');
  });
});
