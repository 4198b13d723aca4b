import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { showing } from '../data/context.js';
import { hashFile } from '../core/hash-file.js';
import { silent, silentTask, type Progress } from '../core/progress.js';
import { Rng } from '../core/rng.js';
import { folderRef, openLocalEngine } from '../engine/index.js';
import { PromptCodec, Tokenizer } from '../models/index.js';
import { makeWorld, pretrainingRows } from '../worlds/index.js';
import { PRETRAIN_DEFAULTS, pretrainBase, type PretrainOptions } from './pretrain.js';

let root = '';
const options = (out: string): PretrainOptions => ({
  ...PRETRAIN_DEFAULTS,
  out: join(root, out),
  steps: 5,
  documentsPerStep: 4,
  checkpointEverySteps: 2,
  command: `ra-rft world pretrain --out ${out}`,
  accuracy: { problemsPerKind: 2, samples: 2 },
});

/** Stops the work at a step, as a kill would. */
function stopAt(step: number): Progress {
  const update = (done: number): void => {
    if (done === step) throw new Error('stopped');
  };
  return { ...silent, task: () => ({ ...silentTask, update }) };
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'pretrain-'));
  await pretrainBase(options('whole'), silent, () => 0);
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('pretrainBase', () => {
  it('writes a folder that opens as any other model', async () => {
    const folder = join(root, 'whole');
    const tokenizer = await Tokenizer.load(folder);
    const codec = new PromptCodec(tokenizer, { layout: 'completion', stop: ['}'] });
    const { tests, corpus } = makeWorld({ seed: 1 });
    const engine = openLocalEngine();
    try {
      const policy = await engine.open(folderRef(folder));
      expect(policy.info.vocabSize).toBe(tokenizer.vocabSize);
      const prompt = codec.prompt(tests[0]!, showing(corpus[0]));
      expect(prompt.length).toBeLessThan(policy.info.maxContext - 20);
      const response = codec.response(tests[0]!.solution!);
      const [[logprobs]] = (await policy.logprobs([{ prompt, responses: [response] }])) as [[Float32Array]];
      expect(logprobs).toHaveLength(response.length);
    } finally {
      await engine.dispose();
    }
    expect(existsSync(`${folder}.work`)).toBe(false);
  });

  it('tells its command, seed and accuracies in the model card', async () => {
    const card = await readFile(join(root, 'whole', 'README.md'), 'utf8');
    expect(card).toContain('ra-rft world pretrain --out whole');
    expect(card).toMatch(/\| seed \| 1 \|/);
    for (const kind of ['plain', 'textbook-rule', 'seen', 'unseen']) expect(card).toContain(`| ${kind} | 2 |`);
  });

  it('goes on after a stop to the same weights, byte for byte', async () => {
    const again = options('again');
    await expect(pretrainBase(again, stopAt(3), () => 0)).rejects.toThrow('stopped');
    expect(existsSync(join(root, 'again.work', 'step-2'))).toBe(true);
    await pretrainBase(again, silent, () => 0);
    const weights = (out: string) => hashFile(join(root, out, 'model.safetensors'));
    expect(await weights('again')).toBe(await weights('whole'));
  });

  it('leaves a checkpoint by the clock where steps are slow', async () => {
    let nowMs = 0;
    const slow = { ...options('slow'), checkpointEverySteps: 100 };
    await expect(pretrainBase(slow, stopAt(3), () => (nowMs += 300_000))).rejects.toThrow('stopped');
    expect(existsSync(join(root, 'slow.work', 'step-2'))).toBe(true);
  });

  it('refuses to go on with other options', async () => {
    const other = options('other');
    await expect(pretrainBase(other, stopAt(3), () => 0)).rejects.toThrow('stopped');
    await expect(pretrainBase({ ...other, seed: 2 })).rejects.toMatchObject({ code: 'run-folder' });
  });
});

it('never meets the layout of a prompt with a trace before reinforcement', async () => {
  const tokenizer = await Tokenizer.load(join(root, 'whole'));
  const codec = new PromptCodec(tokenizer, { layout: 'completion', stop: ['}'] });
  const { tests, corpus } = makeWorld({ seed: 1 });
  // The seam between the trace and the target is the pair of tokens `}` and `Problem`.
  const seam = ['}', 'Problem'].map((text) => tokenizer.singleToken(text, 'test'));
  const occurs = (tokens: Int32Array): boolean => tokens.some((t, i) => t === seam[0] && tokens[i + 1] === seam[1]);
  expect(occurs(codec.prompt(tests[0]!, showing(corpus[0])))).toBe(true);
  expect(occurs(codec.prompt(tests[0]!))).toBe(false);
  const stream = pretrainingRows(Rng.fromSeed(1));
  for (let i = 0; i < 2000; i++)
    expect(occurs(tokenizer.encode((stream.next().value as { text: string }).text))).toBe(false);
});

it('stops where it diverges, with the step, and keeps its last checkpoint only', async () => {
  const diverging = { ...options('diverged'), learningRate: 1e30 };
  await expect(pretrainBase(diverging)).rejects.toMatchObject({
    code: 'not-finite',
    where: expect.stringMatching(/^pre-training, step 1: tensor /) as string,
    hint: expect.stringContaining(`${diverging.out}.work`) as string,
  });
  expect(existsSync(diverging.out)).toBe(false);
  expect(await readdir(`${diverging.out}.work`)).toEqual(['step-0']);
});
