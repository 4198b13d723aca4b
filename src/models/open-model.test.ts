import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Rng } from '../core/rng.js';
import { saveCheckpoint } from './checkpoint.js';
import type { DecoderConfig } from './hf-config.js';
import { openModel } from './open-model.js';
import { randomParams } from './parameters.js';
import { changeJson, changeTensors, overwriteWeight } from './testing/damage.js';
import { tinyTokenizer, tinyTokenizerFiles } from './testing/tiny-tokenizer.js';

const tiny: DecoderConfig = {
  architecture: 'qwen3',
  hidden: 16,
  layers: 2,
  heads: 2,
  kvHeads: 1,
  headDim: 8,
  ffn: 20,
  vocab: tinyTokenizer().vocabSize,
  ropeTheta: 10_000,
  rmsEps: 1e-6,
  tied: true,
  qkvBias: false,
  qkNorm: true,
  maxPosition: 48,
  eosIds: [0],
  dtype: 'float32',
};
const files = tinyTokenizerFiles();
const vocabSize = tiny.vocab;
let folder: string;

async function write(more: Partial<DecoderConfig> = {}): Promise<void> {
  const config = { ...tiny, ...more };
  await rm(folder, { recursive: true, force: true }); // a checkpoint takes the place of no files but its own
  await saveCheckpoint(folder, { config, params: randomParams(config, Rng.fromSeed(1), { deviation: 0.3 }) });
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(files.tokenizer));
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify(files.config));
}
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'open-model-'));
  await write();
});
afterEach(() => rm(folder, { recursive: true }));

const at = (name: string) => join(folder, name);
const change = async (name: string, changes: object) =>
  changeJson(at(name), JSON.parse(await readFile(at(name), 'utf8')) as object, changes);
const text = (value: string) => expect.stringContaining(value) as string;
const failure = (): Promise<unknown> =>
  openModel(folder).then(
    () => 'opened',
    (error: unknown) => error,
  );

describe('openModel', () => {
  it('opens what belongs together, also with more embeddings than tokens', async () => {
    const { config, tokenizer } = await openModel(folder);
    expect([config.eosIds, tokenizer.vocabSize]).toEqual([[0], vocabSize]);
    await write({ vocab: vocabSize + 6 });
    expect((await openModel(folder)).config.vocab).toBe(vocabSize + 6);
  });

  it.each([NaN, Infinity, -Infinity])('refuses a weight that is %s, naming file and tensor', async (value) => {
    await overwriteWeight(folder, 'model.layers.1.mlp.down_proj.weight', value);
    await expect(openModel(folder)).rejects.toMatchObject({
      code: 'not-finite',
      message: text(`is ${value}`),
      where: `${at('model.safetensors')}: model.layers.1.mlp.down_proj.weight`,
    });
  });

  it('refuses a tokenizer with more ids than there are embeddings, naming the tokens', async () => {
    await write({ vocab: vocabSize - 2 });
    const facts = {
      where: at('tokenizer.json'),
      message: text(`ids up to ${vocabSize - 1}`),
      hint: text('"ol", "in"'),
    };
    expect(await failure()).toMatchObject({
      code: 'model',
      ...facts,
      expected: text(`ids from 0 to ${vocabSize - 3}`),
    });
    await write();
    const added = { id: vocabSize, content: '<new>', special: true, normalized: false, lstrip: false, rstrip: false };
    const all = [...(files.tokenizer['added_tokens'] as object[]), { ...added, single_word: false }];
    await change('tokenizer.json', { added_tokens: all });
    expect(await failure()).toMatchObject({ code: 'model', where: at('tokenizer.json'), hint: text('"<new>"') });
  });

  it('refuses end tokens that the vocabulary does not have, naming file and key', async () => {
    await change('config.json', { eos_token_id: vocabSize });
    expect(await failure()).toMatchObject({
      code: 'model',
      where: `${at('config.json')}: eos_token_id`,
      message: text(`eos_token_id is ${vocabSize}`),
    });
    await change('config.json', { eos_token_id: [0, -1] });
    expect(await failure()).toMatchObject({
      code: 'model',
      where: `${at('config.json')}: eos_token_id`,
      message: text('[0,-1]'),
    });
    await change('config.json', { eos_token_id: null, pad_token_id: -1 });
    await change('generation_config.json', { eos_token_id: [1, 99_999] });
    expect(await failure()).toMatchObject({
      code: 'model',
      where: `${at('generation_config.json')}: eos_token_id`,
      expected: text(`to ${vocabSize - 1}`),
    });
    await change('generation_config.json', { eos_token_id: 1 });
    expect((await openModel(folder)).config.eosIds).toEqual([1]);
  });

  it('refuses a special token that is named and does not exist', async () => {
    await change('tokenizer_config.json', { eos_token: '<|im_and|>' });
    expect(await failure()).toMatchObject({
      code: 'model',
      where: `${at('tokenizer_config.json')}: eos_token`,
      message: text('<|im_and|>'),
    });
    await change('tokenizer_config.json', { eos_token: null });
    expect((await openModel(folder)).tokenizer.eosId).toBeUndefined();
  });

  it('refuses a tied config with another head, and lets an equal one pass', async () => {
    const withHead = (first: number) =>
      changeTensors(folder, (tensors) => {
        const table = tensors.find((t) => t.name === 'model.embed_tokens.weight')!;
        const data = table.data.slice();
        data[20]! += first;
        return [...tensors.filter((t) => t.name !== 'lm_head.weight'), { ...table, name: 'lm_head.weight', data }];
      });
    await withHead(0);
    expect((await openModel(folder)).config.tied).toBe(true);
    await withHead(0.5);
    const where = `${at('model.safetensors')}: lm_head.weight`;
    expect(await failure()).toMatchObject({
      code: 'model',
      where,
      message: text('(row 1:'),
      hint: text('tie_word_embeddings to false'),
    });
    await change('config.json', { tie_word_embeddings: false });
    expect((await openModel(folder)).config.tied).toBe(false);
  });

  it('refuses tensors that are missing or have no place', async () => {
    await changeTensors(folder, (tensors) => tensors.filter((t) => t.name !== 'model.norm.weight'));
    expect(await failure()).toMatchObject({ code: 'model', where: text('model.norm.weight') });
    await write();
    const stranger = { name: 'model.layers.2.mlp.up_proj.weight', shape: [1], data: Float32Array.of(1) };
    await changeTensors(folder, (tensors) => [...tensors, stranger]);
    expect(await failure()).toMatchObject({ code: 'model', where: text(stranger.name) });
  });
});
