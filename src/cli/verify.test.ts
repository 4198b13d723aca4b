import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { runCommandLine } from './command-line.js';

async function verify(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const text = { out: '', err: '' };
  const into = (name: 'out' | 'err') => ({ write: (part: string) => (text[name] += part) });
  const code = await runCommandLine(['verify', ...args], { out: into('out'), err: into('err') });
  return { code, ...text };
}

async function fileOf(...lines: (string | object)[]): Promise<string> {
  const path = join(await temporaryFolder(), 'in.jsonl');
  await writeFile(path, lines.map((l) => (typeof l === 'string' ? l : JSON.stringify(l))).join('\n'));
  return path;
}

const values = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const right = { id: 'right', gold: '5', pred: 'so \\boxed{5}' };
const wrong = { id: 'wrong', gold: '5', pred: 'so \\boxed{6}' };
const silent = { id: 3, gold: '5', pred: 'I give up' };

describe('ra-rft verify', () => {
  it('prints every step and the deciding rule', async () => {
    const { code, out } = await verify('--gold', '\\frac{1}{2}', '--answer', 'so it is \\boxed{0.5}', '--explain');
    expect(code).toBe(0);
    const lines = out.split('\n');
    expect(lines[0]).toContain('\\frac{1}{2}');
    expect(lines[1]).toMatch(/^answer +0\.5/);
    expect(lines.some((line) => /^ +1 /.test(line))).toBe(true);
    expect(out).toMatch(/^verdict +match, by the rule \S/m);
  });

  it('says what was passed over, what was dropped and how a comma was read', async () => {
    const response = '\\boxed{7}. Wait, that is wrong. The answer is 1,000 ways, as 43 fails.';
    const { out } = await verify('--gold', '1000.5', '--answer', response, '--explain');
    expect(out).toContain('passed over: 7 (last-box)');
    expect(out).toContain('read of "1,000 ways, as 43 fails"; the rest is not compared');
    expect(out).toContain('the comma of the answer: 1000 [ways]');
    expect(out).toContain('only name what is counted: ways');
  });

  it('takes numbers as gold answers of a file, save those that JSON cannot hold', async () => {
    const path = await fileOf('{"id":1,"gold":5,"pred":"\\\\boxed{5}"}', '{"id":2,"gold":9007199254740993,"pred":"5"}');
    const { code, out, err } = await verify('--input', path);
    expect(code).toBe(4);
    expect(values(out)).toMatchObject([{ id: 1, verdict: 'match', gold: '5' }]);
    expect(err).toContain('in.jsonl:2: ');
    expect(err).toContain('write it as a string');
  });

  it('prints the verdict as JSON without --explain, also of the numeric verifier', async () => {
    for (const reward of ['math', 'boxed']) {
      const { out } = await verify('--gold', '5', '--answer', 'so \\boxed{6}', '--reward', reward);
      expect(JSON.parse(out)).toMatchObject({ outcome: 'mismatch', extracted: '6' });
    }
  });

  it.each([
    [['--gold', '5'], '--answer'],
    [[], '--answer'],
    [['--gold', '5', '--answer', '5', '--kinds', 'latex,colour'], '--kinds'],
    [['--gold', '5', '--answer', '5', '--decimals', '-1'], '--decimals'],
    [['--gold', '5', '--answer', '5', '--timeout-ms', '0'], '--timeout-ms'],
    [['--gold', '5', '--answer', '5', '--extract-only'], '--extract-only'],
    [['--input', 'x.jsonl', '--reward', 'boxed'], '--reward'],
  ])('%j is a wrong use', async (args, where) => {
    expect(await verify(...args)).toMatchObject({ code: 2, out: '', err: expect.stringContaining(where) as string });
  });
});

describe('ra-rft verify --input', () => {
  it('grades a file in order and tells counts and the slowest pairs', async () => {
    const input = await fileOf(right, wrong, silent);
    const out = `${input}.out`;
    const told = await verify('--input', input, '--out', out);
    expect(told.code).toBe(0);
    expect(told.out).toMatch(/3 pairs.*\n +match +1 +33\.3 %\n +mismatch +1 .*\n +no_answer +1 /);
    expect(told.out).toMatch(/slowest\n +\d+\.\d ms {2}(right|wrong|3) /);
    const lines = values(await readFile(out, 'utf8'));
    expect(lines.map((l) => [l.id, l.verdict, l.gold, l.answer])).toEqual([
      ['right', 'match', '5', '5'],
      ['wrong', 'mismatch', '5', '6'],
      [3, 'no_answer', '5', null],
    ]);
    expect(Object.keys(lines[0] ?? {})).toEqual(['id', 'verdict', 'rule', 'gold', 'answer', 'timeMs']);
    const [explained] = values((await verify('--input', input, '--explain')).out);
    expect(explained).toMatchObject({ goldForm: '5', steps: expect.any(Array) as unknown });
  });

  it('writes to stdout without --out, the summary then on stderr or nowhere', async () => {
    const input = await fileOf(right, wrong);
    const told = await verify('--input', input);
    expect(values(told.out)).toHaveLength(2);
    expect(told.err).toContain('mismatch');
    expect((await verify('--input', input, '--quiet')).err).toBe('');
  });

  it("takes options under Math-Verify's names", async () => {
    const config = { extract: ['latex', 'expr'], precision: 6, strict: true, allow_set_relation_comp: false };
    const input = await fileOf({ ...right, config: { ...config, boxed_match_priority: 0 } });
    expect(values((await verify('--input', input)).out)).toMatchObject([{ verdict: 'match' }]);
  });

  it('reports lines that cannot be used with their place, grades the rest, and ends with 4', async () => {
    const bad = [{ id: 'x', gold: '5' }, '{"id": ', { ...right, config: { precison: 3 } }, '[1]'];
    const input = await fileOf(right, ...bad, '', wrong);
    const { code, out, err } = await verify('--input', input, '--out', `${input}.out`);
    expect(code).toBe(4);
    expect(out).toContain('2 pairs');
    for (const line of [2, 3, 4, 5]) expect(err).toContain(`${input}:${line}: `);
    expect(err).toContain('4 lines could not be used');
    expect(values(await readFile(`${input}.out`, 'utf8')).map((l) => l.id)).toEqual(['right', 'wrong']);
  });

  it('leaves an old file of verdicts alone where the input is missing', async () => {
    const out = join(await temporaryFolder(), 'out.jsonl');
    await writeFile(out, 'old\n');
    const { code, err } = await verify('--input', `${out}.none`, '--out', out);
    expect([code, await readFile(out, 'utf8')]).toEqual([8, 'old\n']);
    expect(err).toContain(`${out}.none`);
  });
});

describe('ra-rft verify --extract-only', () => {
  it('gives what is found in every text, empty where nothing is', async () => {
    const input = await fileOf(
      { id: 1, kind: 'boxed', text: '\\boxed{1} then \\boxed{\\frac{1}{2}}', config: { take: 'last' } },
      { id: 2, kind: 'boxed', text: 'no box' },
      { id: 3, kind: 'gsm8k', text: '#### 10\nthen\n####: 1,234' },
      { id: 4, kind: 'final_int', text: '64 + 67 = **131**' },
      { id: 5, kind: 'final_int', text: 'none' },
      { id: 6, kind: 'colour', text: 'blue' },
      { id: 7, kind: 'latex', text: 'so \\boxed{x + 1}' },
    );
    const { code, out, err } = await verify('--input', input, '--extract-only');
    expect(values(out)).toEqual([
      { id: 1, extracted: ['\\frac{1}{2}'] },
      { id: 2, extracted: [] },
      { id: 3, extracted: ['1234'] },
      { id: 4, extracted: ['131'] },
      { id: 5, extracted: [] },
      { id: 7, extracted: ['x + 1'] },
    ]);
    expect(code).toBe(4);
    expect(err).toContain(`${input}:6: `);
  });
});
