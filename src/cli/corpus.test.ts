import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readJsonlAll } from '../core/jsonl.js';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { raRft } from './testing/ra-rft.js';

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

  it('tells every kind of bad line with file and line, keeps the rest, and says so to people and programs', async () => {
    const line = (id: string, more: object = {}) =>
      JSON.stringify({ id, question: `What is ${id}?`, solution: '\\boxed{2}', answer: '2', ...more });
    const bad = [
      ['unreadable', '{"id": broken', 'not valid JSON'],
      ['missing-field', line('b', { question: undefined }), 'question'],
      ['missing-field', line('c', { solution: '' }), 'solution'],
      ['unreadable', line('d', { solution: 'x'.repeat(10 * 2 ** 20) }), 'a line of 10'],
      ['duplicate-id', line('first'), 'id first is that of'],
      ['unreadable', Buffer.from(line('f', { solution: 'caf\u00e9' }), 'latin1'), 'not valid UTF-8'],
      ['unreadable', '["a list"]', 'not a JSON object'],
    ] as const;
    const folder = await temporaryFolder();
    const input = join(folder, 'in.jsonl');
    const lines = [line('first'), ...bad.map(([, text]) => text), line('last')];
    await writeFile(input, Buffer.concat(lines.flatMap((text) => [Buffer.from(text), Buffer.from('\n')])));
    const out = join(folder, 'corpus');

    const built = await raRft('corpus', 'build', '--quiet', '--input', input, '--out', out);
    expect(built.code).toBe(4);
    expect(built.out).toContain('2 traces of 9 records');
    expect(built.err).toContain('7 of 9 records are faulty');
    expect(built.err).toContain(join(out, 'rejected.jsonl'));
    const kept = await readJsonlAll<{ id: string }>(join(out, 'corpus.jsonl'));
    expect(kept.map(({ id }) => id)).toEqual(['first', 'last']);
    const rejected = await readJsonlAll<{ where: string; reason: string; detail: string }>(join(out, 'rejected.jsonl'));
    expect(rejected.map(({ where, reason }) => [where, reason])).toEqual(
      bad.map(([reason], i) => [`${input}:${i + 2}`, reason]),
    );
    for (const [i, [, , detail]] of bad.entries()) expect(rejected[i]?.detail).toContain(detail);
    const summary = JSON.parse(await readFile(join(out, 'summary.json'), 'utf8')) as { rejected: object };
    expect(summary).toMatchObject({ records: 9, kept: 2, faults: 7 });
    expect(summary.rejected).toMatchObject({
      unreadable: { count: 4 },
      'missing-field': { count: 2 },
      'duplicate-id': { count: 1 },
    });
    // The same once more: what is finished is told again, with the same exit code.
    expect(await raRft('corpus', 'build', '--quiet', '--input', input, '--out', out)).toMatchObject({ code: 4 });

    for (const [i, [, text]] of bad.entries()) {
      const one = join(folder, `strict-${i}.jsonl`);
      const parts = [line('first'), text, line('last'), '{"id": also broken'];
      await writeFile(one, Buffer.concat(parts.flatMap((part) => [Buffer.from(part), Buffer.from('\n')])));
      const strictOut = join(folder, `strict-${i}`);
      const strict = await raRft('corpus', 'build', '--quiet', '--strict', '--input', one, '--out', strictOut);
      expect(strict).toMatchObject({ code: 4, out: '', err: expect.stringContaining(`${one}:2`) as string });
      expect(strict.err).not.toContain(`${one}:4`);
      expect(await readdir(strictOut)).not.toContain('corpus.jsonl');
    }
  });

  it('a file of other fields is refused before any work, with what it has and the preset that fits', async () => {
    const line = (n: number) => JSON.stringify({ problem: `P${n}`, solution: `so \\boxed{${n}}`, type: 'Algebra' });
    const { input, out } = await inputs([1, 2, 3].map(line).join('\n'));
    const refused = await raRft('corpus', 'build', '--input', input, '--out', out);
    expect(refused).toMatchObject({ code: 4, out: '' });
    expect(refused.err).toContain('all 3 records have no field question');
    expect(refused.err).toContain('problem, solution, type');
    expect(refused.err).toContain('preset: math');
    expect(await raRft('corpus', 'build', '--input', input, '--out', out, '--preset', 'math')).toMatchObject({
      code: 0,
    });
  });

  it('reads answers that are solutions, in several files of other formats', async () => {
    const { input, out } = await inputs('question,answer\nHow many?,"Add 19 and 74.\n#### 93"\n');
    const list = join(input, '..', 'list.json');
    await writeFile(list, JSON.stringify([{ question: 'And now?', answer: 'Add 1 and 1.\n#### 2' }]));
    const built = await raRft('corpus', 'build', '--input', join(input, '..', '{in,list}.js*'), '--out', out);
    expect(built).toMatchObject({ code: 0 });
    const kept = await readJsonlAll<{ answer: string; trace: string }>(join(out, 'corpus.jsonl'));
    expect(kept.map(({ answer, trace }) => [answer, trace.includes(`\\boxed{${answer}}`)])).toEqual([
      ['93', true],
      ['2', true],
    ]);
  });

  it('a corpus without a record is an error, with the reasons', async () => {
    const { input, out } = await inputs('{"question":"Q","solution":"So \\\\boxed{3}","answer":"2"}\n');
    const built = await raRft('corpus', 'build', '--input', input, '--out', out);
    expect(built).toMatchObject({
      code: 4,
      err: expect.stringContaining('none of 1 records came into the corpus') as string,
    });
    expect(built.err).toContain('wrong-answer');
    const empty = await inputs('');
    expect(await raRft('corpus', 'build', '--input', empty.input, '--out', empty.out)).toMatchObject({ code: 4 });
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
