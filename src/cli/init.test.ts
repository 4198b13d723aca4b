import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../config/index.js';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { loadProblems } from '../data/index.js';
import { runCommandLine } from './command-line.js';

async function raRft(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const text = { out: '', err: '' };
  const into = (name: 'out' | 'err') => ({ write: (part: string) => (text[name] += part) });
  const code = await runCommandLine(args, { out: into('out'), err: into('err') });
  return { code, ...text };
}

async function folderWith(files: Record<string, object[] | string>): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'data'));
  for (const [name, rows] of Object.entries(files)) {
    const text = typeof rows === 'string' ? rows : rows.map((row) => JSON.stringify(row)).join('\n');
    await writeFile(join(folder, name), text);
  }
  return folder;
}

const math = [1, 2, 3].map((n) => ({ problem: `P${n}`, solution: `so \\boxed{${n}}`, level: '1', subject: 'Algebra' }));

describe('ra-rft init --data', () => {
  it('looks at the file, maps its fields, and writes what it saw beside them', async () => {
    const folder = await folderWith({ 'data/a.jsonl': math });
    const file = join(folder, 'run.yaml');
    const data = join(folder, 'data/a.jsonl');
    const made = await raRft('init', file, '--data', data);
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(made.out).toContain('question: problem, answer: solution, solution: solution, type: subject');
    expect(made.out).toContain('read with: preset: math, fields.type: subject');
    expect(await readFile(file, 'utf8')).toMatch(/# Seen in the first 3 records of .*a\.jsonl/);
    const { problems, source } = resolveConfig({ file }).data;
    expect([source, problems.path, problems.preset]).toEqual(['files', data, 'math']);
    const { items } = await loadProblems(problems.path!, problems);
    expect(items.map(({ answer, type }) => [answer, type])).toEqual([
      ['1', 'algebra'],
      ['2', 'algebra'],
      ['3', 'algebra'],
    ]);
  });

  it('takes patterns and names with blanks; the next command can be copied', async () => {
    const folder = await folderWith({ 'data/a.csv': 'query,gold\nQ,1\n', 'data/b.csv': 'query,gold\nR,2\n' });
    const file = join(folder, 'a b.yaml');
    const made = await raRft('init', file, '--data', join(folder, 'data/*.csv'));
    expect(made).toMatchObject({ code: 0, out: expect.stringContaining('(and 1 more files)') as string });
    expect(made.out).toContain(`--config '${file}'`);
    const { problems } = resolveConfig({ file }).data;
    expect((await loadProblems(problems.path!, problems)).items.map(({ answer }) => answer)).toEqual(['1', '2']);
  });

  it('says what is there where nothing fits, and refuses files without records', async () => {
    const folder = await folderWith({
      'x.jsonl': [{ a: 1, b: 2 }],
      'empty.jsonl': '',
      'lfs.jsonl': 'version https://git-lfs.github.com/spec/v1\n',
    });
    const tried = (name: string) => raRft('init', join(folder, 'run.yaml'), '--data', join(folder, name));
    expect(await tried('x.jsonl')).toMatchObject({
      code: 4,
      err: expect.stringContaining('the records have: a, b') as string,
    });
    expect(await tried('empty.jsonl')).toMatchObject({ code: 4, err: expect.stringContaining('no records') as string });
    expect(await tried('lfs.jsonl')).toMatchObject({ code: 4, err: expect.stringContaining('git lfs pull') as string });
    expect(await tried('none*.jsonl')).toMatchObject({ code: 8 });
    const missing = await tried('none.jsonl');
    expect(missing).toMatchObject({ code: 0, out: expect.stringContaining('not mapped') as string });
  });
});
