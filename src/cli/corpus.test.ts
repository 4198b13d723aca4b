import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { runCommandLine } from './command-line.js';

async function raRft(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const text = { out: '', err: '' };
  const into = (name: 'out' | 'err') => ({ write: (part: string) => (text[name] += part) });
  const code = await runCommandLine(args, { out: into('out'), err: into('err') });
  return { code, ...text };
}

const good = '{"id":"a","frage":"Add one and one.","solution":"\\\\boxed{2}","answer":"2"}\n';

async function inputs(text: string) {
  const folder = await temporaryFolder();
  const input = join(folder, 'in.jsonl');
  await writeFile(input, text);
  return { input, out: join(folder, 'corpus') };
}

describe('ra-rft corpus', () => {
  it('builds and inspects', async () => {
    const { input, out } = await inputs(good);
    const built = await raRft('corpus', 'build', '--input', input, '--out', out, '--field', 'question=frage');
    expect(built).toMatchObject({ code: 0, out: expect.stringContaining('1 traces of 1 records') as string });
    expect(JSON.parse(await readFile(join(out, 'corpus.jsonl'), 'utf8'))).toEqual({
      id: 'a',
      question: 'Add one and one.',
      trace: '\\boxed{2}',
      answer: '2',
    });
    const shown = await raRft('corpus', 'inspect', out);
    expect(shown).toMatchObject({ code: 0, out: expect.stringContaining('--- a, answer 2') as string });
  });

  it('ends with the code of faulty data after a whole build, and at once with --strict', async () => {
    const { input, out } = await inputs(`${good}{"id":\n`);
    const args = ['--input', input, '--field', 'question=frage'];
    const built = await raRft('corpus', 'build', ...args, '--out', out);
    expect(built.code).toBe(4);
    expect(built.out).toContain('1 traces of 2 records');
    expect(built.err).toContain('1 of 2 records are faulty');
    expect(await readFile(join(out, 'rejected.jsonl'), 'utf8')).toContain(`${input}:2`);
    const strict = await raRft('corpus', 'build', ...args, '--out', `${out}-strict`, '--strict');
    expect(strict).toMatchObject({ code: 4, out: '', err: expect.stringContaining(`${input}:2`) as string });
  });

  it('refuses what is missing or unknown', async () => {
    const { input, out } = await inputs(good);
    expect(await raRft('corpus', 'build', '--out', out)).toMatchObject({ code: 2 });
    expect(await raRft('corpus', 'build', '--input', input, '--out', out, '--preset', 'mth')).toMatchObject({
      code: 3,
    });
    expect(await raRft('corpus', 'build', '--input', `${input}x`, '--out', out)).toMatchObject({ code: 8 });
    expect(await raRft('corpus', 'inspect', out)).toMatchObject({ code: 4 });
    expect(await raRft('corpus', 'inspect', out, '--traces', 'some')).toMatchObject({ code: 2 });
  });
});
