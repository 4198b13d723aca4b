import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { readJsonlAll } from '../core/jsonl.js';
import { loadProblems, readRecords, showing, type Problem, type Trace } from '../data/index.js';
import { PromptCodec, Tokenizer, type ChatMessage } from '../models/index.js';
import { exportPrompts } from './export.js';
import { writeChatRun } from './testing/chat-run.js';

interface VerlRow {
  data_source: string;
  prompt: ChatMessage[];
  ability: string;
  reward_model: { style: string; ground_truth: string };
  extra_info: Record<string, unknown> & { trace_ids: string[]; problem_id: string };
}

async function rowsOf<T>(path: string): Promise<T[]> {
  const rows: T[] = [];
  for await (const line of readRecords(path)) if ('record' in line) rows.push(line.record as T);
  return rows;
}

describe('the prompts of a run on a chat model', () => {
  let folder: string;
  let root: string;
  const all = { arms: [], retrievers: [], format: 'parquet' } as const;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ra-rft-test-'));
    root = await writeChatRun({ folder });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('are rows of verl that come out as the tokens of the run', async () => {
    const out = join(folder, 'verl');
    const { files, leftOut } = await exportPrompts(root, 'verl', { ...all, out });
    expect(files.map(({ path, rows, withContext }) => [path, rows, withContext])).toEqual([
      ['arms/grpo/train.parquet', 12, 0],
      ['arms/grpo/test.parquet', 4, 0],
      ['arms/ra-rft/train.parquet', 12, 12],
      ['arms/ra-rft/test.parquet', 4, 4],
    ]);
    expect(leftOut).toEqual([]);
    const tokenizer = await Tokenizer.load(join(folder, 'model'));
    const codec = new PromptCodec(tokenizer, { layout: 'user-turn' });
    const corpus = new Map((await readJsonlAll<Trace>(join(root, 'data/corpus.jsonl'))).map((own) => [own.id, own]));
    let longest = 0;
    for (const set of ['train', 'test'] as const) {
      const problems = await readJsonlAll<Problem>(join(root, `data/${set}.jsonl`));
      const hits = await readJsonlAll<{ problemId: string; hits: { traceId: string }[] }>(
        join(root, 'retrieved/words.jsonl'),
      );
      const rows = await rowsOf<VerlRow>(join(out, `arms/ra-rft/${set}.parquet`));
      for (const [i, problem] of problems.entries()) {
        const best = corpus.get(hits.find(({ problemId }) => problemId === problem.id)!.hits[0]!.traceId)!;
        const row = rows[i]!;
        const text = tokenizer.chatTemplate!.render(row.prompt, { generationPrompt: true });
        const tokens = codec.prompt(problem, showing(best));
        expect(tokenizer.encode(text)).toEqual(tokens);
        longest = Math.max(longest, tokens.length);
        expect(row.prompt.map(({ role }) => role)).toEqual(['user']);
        expect(row.prompt[0]!.content).toContain(best.trace);
        expect(row).toMatchObject({
          data_source: set === 'test' ? 'run/test' : 'run',
          ability: problem.type ?? 'math',
          reward_model: { style: 'rule', ground_truth: problem.answer },
        });
        expect(row.extra_info).toMatchObject({
          split: set,
          problem_id: problem.id,
          question: problem.question,
          answer: problem.solution,
          context: 'traces',
          trace_ids: [best.id],
          arm: 'ra-rft',
        });
      }
    }
    const settings = JSON.parse(await readFile(join(out, 'settings.json'), 'utf8')) as Record<string, unknown>;
    expect(settings).toMatchObject({ run: 'run', max_prompt_tokens: longest, group_size: 16, learning_rate: 1e-6 });
    expect(await readFile(join(out, 'README.md'), 'utf8')).toContain('| `arms/ra-rft/train.parquet` | 12 | 12 |');
  });

  it('are read again as problems by the preset of verl', async () => {
    const out = join(folder, 'again');
    await exportPrompts(root, 'verl', { arms: ['grpo'], retrievers: [], format: 'parquet', out });
    const { items } = await loadProblems(join(out, 'arms/grpo/test.parquet'), { preset: 'verl' });
    const test = await readJsonlAll<Problem>(join(root, 'data/test.jsonl'));
    expect(items.map(({ answer, solution }) => [answer, solution])).toEqual(
      test.map(({ answer, solution }) => [answer, solution]),
    );
  });

  it('are rows of TRL, as JSONL too', async () => {
    const rows: unknown[][] = [];
    for (const format of ['parquet', 'jsonl'] as const) {
      const out = join(folder, `trl-${format}`);
      await exportPrompts(root, 'trl', { arms: ['ra-rft'], retrievers: [], format, out });
      rows.push(await rowsOf(join(out, `arms/ra-rft/train.${format}`)));
      expect(JSON.parse(await readFile(join(out, 'settings.json'), 'utf8'))).toMatchObject({
        text_prompts: false,
        arms: {
          'arms/ra-rft': {
            train: `arms/ra-rft/train.${format}`,
            grpo: { loss_type: 'dapo', scale_rewards: 'group', epsilon: 0.2 },
          },
        },
      });
    }
    expect(rows[0]).toEqual(rows[1]);
    const [first] = rows[0] as Record<string, unknown>[];
    expect(first).toMatchObject({ answer: '7', solution: '$\\boxed{7}$', problem_id: 'p0', split: 'train' });
    expect(first!['prompt']).toEqual([
      { role: 'user', content: expect.stringContaining('Now solve this problem') as string },
    ]);
  });

  it('may be those of a retriever by itself', async () => {
    const out = join(folder, 'retriever');
    const { files } = await exportPrompts(root, 'verl', { arms: [], retrievers: ['words'], format: 'jsonl', out });
    expect(files.map(({ path, withContext }) => [path, withContext])).toEqual([
      ['retrievers/words/train.jsonl', 12],
      ['retrievers/words/test.jsonl', 4],
    ]);
    const unused = exportPrompts(root, 'verl', { ...all, retrievers: ['chance'], out: join(folder, 'chance') });
    await expect(unused).rejects.toMatchObject({
      code: 'run-folder',
      message: expect.stringContaining('chance') as string,
    });
  });
});

it('leaves out prompts whose texts hold control tokens, and says which', async () => {
  const folder = await temporaryFolder();
  const root = await writeChatRun({
    folder,
    suffix: { question: '<|im_end|>', trace: '<|im_end|>\n<|im_start|>user' },
  });
  const out = join(folder, 'out');
  const { files, leftOut } = await exportPrompts(root, 'verl', { arms: [], retrievers: [], format: 'jsonl', out });
  expect(leftOut.some(({ arm, problemId }) => arm === 'grpo' && problemId === 'p3')).toBe(true);
  expect(leftOut.some(({ arm, traceIds }) => arm === 'ra-rft' && traceIds.includes('t2'))).toBe(true);
  const written = files.reduce((sum, { rows }) => sum + rows, 0);
  expect(written + leftOut.length).toBe(32);
  for (const { path } of files) {
    const rows = await rowsOf<VerlRow>(join(out, path));
    expect(JSON.stringify(rows)).not.toContain('<|im_');
  }
  expect(await readJsonlAll(join(out, 'left-out.jsonl'))).toEqual(leftOut);
});

it('gives the prompts of a base model as text, with the template that says it as it is', async () => {
  const folder = await temporaryFolder();
  const root = await writeChatRun({ folder, chat: false, bos: true });
  const trl = join(folder, 'trl');
  await exportPrompts(root, 'trl', { arms: ['ra-rft'], retrievers: [], format: 'parquet', out: trl });
  const rows = await rowsOf<{ prompt: string }>(join(trl, 'arms/ra-rft/test.parquet'));
  expect(rows.every(({ prompt }) => /^Problem: Bob has .*\n\nProblem: Ann has .*Solution:$/s.test(prompt))).toBe(true);
  const verl = join(folder, 'verl');
  await exportPrompts(root, 'verl', { arms: ['ra-rft'], retrievers: [], format: 'parquet', out: verl });
  const settings = JSON.parse(await readFile(join(verl, 'settings.json'), 'utf8')) as Record<string, unknown>;
  expect(settings).toMatchObject({
    text_prompts: true,
    chat_template: '<|endoftext|>{% for message in messages %}{{ message.content }}{% endfor %}',
  });
  const [row] = await rowsOf<VerlRow>(join(verl, 'arms/ra-rft/test.parquet'));
  expect(row!.prompt).toEqual([{ role: 'user', content: rows[0]!.prompt }]);
});
