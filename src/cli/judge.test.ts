import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { readJsonlAll } from '../core/jsonl.js';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { writeJsonl } from '../data/index.js';
import { judgePrompt, loadJudgePrompt, type AuditItem, type HumanLabel, type Label } from '../judge/index.js';
import { completion, startScriptedServer } from '../llm/testing/scripted-server.js';
import { writeTinyTask } from '../pipeline/testing/tiny-task.js';
import { askPerson } from './judge-ask.js';
import { raRft } from './testing/ra-rft.js';

describe('ra-rft judge run', () => {
  test('judges over HTTP from a configuration, stops at a limit, goes on with another', async () => {
    const folder = await temporaryFolder();
    const key = 'sk-key-of-the-command-line-test';
    vi.stubEnv('RA_RFT_TEST_KEY', key);
    onTestFinished(() => void vi.unstubAllEnvs());
    const server = await startScriptedServer(({ body, headers }) => {
      const relevant = (body.messages?.[1]?.content.length ?? 0) % 2 === 0;
      return completion(
        JSON.stringify({
          justification: `because ${String(headers['authorization'])}`,
          verdict: relevant ? 'yes' : 'no',
        }),
      );
    });
    onTestFinished(() => server.close());
    const llm = { baseUrl: server.baseUrl, model: 'small', apiKeyEnv: 'RA_RFT_TEST_KEY' };
    const file = await writeTinyTask(folder, { llm, labels: { maxQueries: 5, maxCandidates: 4 } });
    const judge = (...args: string[]) =>
      raRft('judge', 'run', '--config', file, '--runs', folder, '--judge', 'llm', '--quiet', ...args);

    const dry = await judge('--dry-run');
    expect(dry.out).toContain('20 calls to small (0 more are kept already)');
    expect(dry.out).toContain('price of small unknown');
    expect(server.seen).toHaveLength(0);

    expect(await judge('--max-calls', '7')).toMatchObject({
      code: 13,
      err: expect.stringContaining('of 20 pairs') as string,
    });
    expect(server.seen).toHaveLength(7);
    // Without the run's own `run`, from the configuration that the folder keeps.
    const rest = await raRft('judge', '--name', 'tiny', '--runs', folder, '--quiet', '--set', 'llm.maxCalls=20');
    expect(rest).toMatchObject({ code: 0, err: expect.stringContaining('20 pairs of 5 problems') as string });
    expect(server.seen).toHaveLength(20);
    const labels = await readJsonlAll<Label>(join(folder, 'tiny', 'labels.jsonl'));
    expect(labels).toHaveLength(20);
    expect(labels[0]).toMatchObject({ judge: 'small', reason: 'because Bearer [key]' });
    expect(server.seen[0]?.headers.authorization).toBe(`Bearer ${key}`);
    const files = await readdir(join(folder, 'tiny'), { recursive: true, withFileTypes: true });
    expect(files.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['config.yaml', 'llm-replies.jsonl', 'events.jsonl']),
    );
    for (const { parentPath, name } of files.filter((entry) => entry.isFile())) {
      expect(await readFile(join(parentPath, name), 'utf8'), name).not.toContain(key);
    }
  });

  test('a missing key is told before anything runs', async () => {
    const folder = await temporaryFolder();
    const file = await writeTinyTask(folder, { llm: { model: 'm', apiKeyEnv: 'RA_RFT_NO_SUCH_KEY' } });
    const { code, err } = await raRft('judge', '--config', file, '--runs', folder, '--set', 'labels.judge=llm');
    expect(code).toBe(12);
    expect(err).toContain('RA_RFT_NO_SUCH_KEY');
  });
});

/** A run folder with three problems, four traces and all labels but one. */
async function judgedRun(): Promise<string> {
  const root = await temporaryFolder();
  const ids = [0, 1, 2];
  const problems = ids.map((i) => ({ id: `p${i}`, question: `How many apples ${i}?`, answer: '1', type: 'count' }));
  const corpus = [0, 1, 2, 3].map((i) => ({ id: `t${i}`, question: `Pears ${i}`, trace: `Add ${i}.`, answer: '2' }));
  const labels = problems.flatMap(({ id: problemId }, p) =>
    corpus.map(({ id: traceId }, t): Label => {
      const base = { problemId, traceId, judge: 'utility', key: `${problemId}${traceId}` };
      return p === 2 && t === 3
        ? { ...base, failed: 'too long' }
        : { ...base, relevant: t === p, score: t === p ? 2 : -1 };
    }),
  );
  await writeJsonl(join(root, 'data', 'train.jsonl'), problems);
  await writeJsonl(join(root, 'data', 'corpus.jsonl'), corpus);
  await writeJsonl(join(root, 'labels.jsonl'), labels);
  return root;
}

describe('ra-rft judge audit', () => {
  test('writes a blind sample; filled in, it is compared with the labels', async () => {
    const root = await judgedRun();
    const sample = join(root, 'audit-sample.jsonl');
    expect((await raRft('judge', 'audit', root, '--sample', '6')).out).toContain(`${sample}: 6 pairs`);
    expect((await raRft('judge', 'audit', root, '--sample', '6')).code).toBe(2);
    const text = await readFile(sample, 'utf8');
    expect(text).not.toContain('score');
    const items = await readJsonlAll<AuditItem>(sample);
    expect(items).toHaveLength(6);
    // The person agrees everywhere but on p0 with t0; one pair stays open.
    const right = (item: AuditItem) => item.problemId.slice(1) === item.traceId.slice(1);
    const filled = items.map((item) => ({ ...item, relevant: right(item) && item.problemId !== 'p0' }));
    await writeFile(sample, filled.map((item) => `${JSON.stringify(item)}\n`).join(''));
    const { code, out } = await raRft('judge', 'audit', root, '--against', sample);
    expect(code).toBe(0);
    // Three yes of which one is contradicted; three no that stand for eight.
    expect(out).toMatch(/utility yes +2 +1\n +utility no +0 +8\n/);
    expect(out).toContain('pairs that both decided: 6, weighed to stand for 11 of utility; failed with one of them: 0');
    expect(out).toContain('agreement 90.9 %');
    expect(out).toContain('-- p0 with t0');
    expect(out).toContain('person: no');
  });

  test('compares what persons said on the pages, as it stands', async () => {
    const root = await judgedRun();
    const line = (p: number, t: number, relevant: boolean, more: Partial<HumanLabel> = {}): HumanLabel => ({
      problemId: `p${p}`,
      traceId: `t${t}`,
      judge: 'person',
      key: `${p} ${t}`,
      relevant,
      who: 'Ada',
      time: '2026-01-01T00:00:00.000Z',
      ...more,
    });
    await writeJsonl(join(root, 'human-labels.jsonl'), [
      line(0, 0, false),
      line(0, 0, true),
      line(1, 1, true),
      line(0, 1, true),
      line(0, 1, true, { undone: true }),
      line(1, 0, false),
    ]);
    const { out } = await raRft('judge', 'audit', root);
    expect(out).toContain('pairs that both decided: 3, ');
    expect(out).toContain('agreement 100.0 %');
  });

  test('tells two runs of one judge apart', async () => {
    const root = await judgedRun();
    const { out } = await raRft('judge', 'audit', root, '--against', join(root, 'labels.jsonl'));
    expect(out).toContain('utility against utility');
    expect(out).toMatch(/ +the other yes +the other no\n +this run yes +3 +0\n +this run no +0 +8\n/);
  });

  test('has nothing to compare without another judge; a folder without labels is no run', async () => {
    expect((await raRft('judge', 'audit', await judgedRun())).code).toBe(2);
    expect((await raRft('judge', 'audit', await temporaryFolder())).code).toBe(7);
    expect((await raRft('judge', 'audit', await judgedRun(), '--sample', 'x')).code).toBe(2);
  });

  test('asks in the terminal: yes, no, skip, quit, and again where it does not understand', async () => {
    const item = (n: number) => ({ problemId: `p${n}`, problem: `Q${n}` }) as AuditItem;
    const kept: AuditItem[] = [];
    const shown: string[] = [];
    async function* lines() {
      yield* ['y', 'what?', ' No ', 's', 'q', 'y'];
    }
    const answered = await askPerson([item(0), item(1), item(2), item(3)], {
      lines: lines(),
      out: (text) => shown.push(text),
      keep: (one) => Promise.resolve(void kept.push(one)),
    });
    expect(answered).toBe(2);
    expect(kept.map(({ problemId, relevant }) => [problemId, relevant])).toEqual([
      ['p0', true],
      ['p1', false],
    ]);
    expect(shown.at(-1)).toBe('2 of 4 pairs answered');
  });
});

test('ra-rft judge stats counts and relates', async () => {
  const { code, out } = await raRft('judge', 'stats', await judgedRun(), '--quiet');
  expect(code).toBe(0);
  expect(out).toContain('labels by utility: 12 pairs of 3 problems, 3 problems with a relevant trace, 1 pairs failed');
  expect(out).toMatch(/count +12 +1 +27.3 % +-0.182/);
  expect(out).toContain('too long');
});

test('ra-rft judge stats tells a judge that says yes to everything, always for the same reason', async () => {
  const root = await judgedRun();
  const labels = await readJsonlAll<Label>(join(root, 'labels.jsonl'));
  const yes = labels.map(({ problemId, traceId, key }) => ({
    problemId,
    traceId,
    judge: 'm',
    key,
    relevant: true,
    reason: '...',
  }));
  await writeJsonl(join(root, 'labels.jsonl'), yes);
  const { out } = await raRft('judge', 'stats', root, '--quiet');
  expect(out).toContain('says yes to all 12 pairs: it tells none apart');
  expect(out).toContain('12 of 12 justifications are the same: ...');
});

test('ra-rft judge prompt prints what promptFile takes', async () => {
  const { out } = await raRft('judge', 'prompt');
  const file = join(await temporaryFolder(), 'prompt.yaml');
  await writeFile(file, out);
  const { version, ...texts } = await loadJudgePrompt(file);
  expect(version).not.toBe(judgePrompt.version);
  expect({ version: judgePrompt.version, ...texts }).toEqual(judgePrompt);
});
