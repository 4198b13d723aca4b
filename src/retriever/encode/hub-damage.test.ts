/** Folders that are damaged, or of another kind of model: each is refused by file and key. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SafetensorsReader } from '../../models/safetensors.js';
import { writeSafetensors } from '../../models/safetensors-writer.js';
import { changeTensors, overwriteWeight } from '../../models/testing/damage.js';
import { encoderFolder, type EncoderVariant } from '../testing/encoder-folders.js';
import { readHubEncoder } from './hub-encoder.js';

type Change = (folder: string) => Promise<unknown>;

async function refusal(name: EncoderVariant, damage: Change) {
  const folder = await encoderFolder(name);
  await damage(folder);
  const error = await readHubEncoder(folder, { seed: 1 }).then(
    () => undefined,
    (e: unknown) => e as { code: string; where: string; message: string },
  );
  return { code: error?.code, text: `${error?.where.replace(folder, '')} | ${error?.message}` };
}

const set =
  (file: string, values: object): Change =>
  async (folder) => {
    const path = join(folder, file);
    const json = JSON.parse(await readFile(path, 'utf8')) as object;
    await writeFile(path, JSON.stringify({ ...json, ...values }));
  };
const config = (values: object) => set('config.json', values);
const module =
  (type: string): Change =>
  async (folder) => {
    const file = join(folder, 'modules.json');
    const modules = JSON.parse(await readFile(file, 'utf8')) as object[];
    await writeFile(file, JSON.stringify([...modules, { idx: 2, name: '2', path: '2_X', type }]));
  };

describe('refused', () => {
  it.each<[string, EncoderVariant, Change, RegExp]>([
    ['another architecture', 'bert', config({ model_type: 'distilbert' }), /config.json: model_type \|.*"distilbert"/],
    ['a decoder', 'bert', config({ is_decoder: true }), /is_decoder \| is_decoder is true/],
    ['another activation', 'bert', config({ hidden_act: 'relu' }), /hidden_act \|.*"relu"/],
    ['relative positions', 'bert', config({ position_embedding_type: 'relative_key' }), /position_embedding_type/],
    ['heads that do not divide', 'bert', config({ num_attention_heads: 3 }), /num_attention_heads \|.*3/],
    ['no size', 'bert', config({ hidden_size: null }), /hidden_size/],
    ['biases', 'modern-bert', config({ attention_bias: true }), /attention_bias/],
    ['layers in no order', 'modern-bert', config({ layer_types: ['full_attention'] }), /layer_types/],
    [
      'stretched positions',
      'modern-bert',
      config({ rope_parameters: { full_attention: { rope_type: 'yarn', rope_theta: 1e4 } } }),
      /rope_parameters.full_attention: rope_type.*yarn/,
    ],
    [
      'a tensor too many',
      'bert',
      (folder) =>
        changeTensors(folder, (all) => [...all, { name: 'adapter.x', shape: [1], data: new Float32Array(1) }]),
      /model.safetensors: adapter.x \|/,
    ],
    [
      'a missing tensor',
      'modern-bert',
      (folder) => changeTensors(folder, (all) => all.filter(({ name }) => name !== 'layers.1.attn.Wqkv.weight')),
      /layers.1.attn.Wqkv.weight \| .*missing/,
    ],
    ['other sizes than the weights', 'bert', config({ intermediate_size: 20 }), /intermediate.dense.weight.*shape/],
    [
      'fewer layers than weights',
      'modern-bert',
      config({ num_hidden_layers: 3, layer_types: null }),
      /layers.3.*no place/,
    ],
    ['no weights', 'bert', (folder) => rm(join(folder, 'model.safetensors')), /no weights in/],
    ['no tokenizer', 'bert', (folder) => rm(join(folder, 'tokenizer.json')), /tokenizer.json/],
    ['no config', 'bert', (folder) => rm(join(folder, 'config.json')), /config.json/],
    ['no head’s weights', 'bert', (folder) => rm(join(folder, '1_Dense/model.safetensors')), /1_Dense/],
    ['a module that is not known', 'bert', module('a.b.WordWeights'), /modules.json: 2: type \|.*WordWeights/],
    ['a head of another size', 'bert', set('1_Dense/config.json', { in_features: 15 }), /linear.weight.*shape/],
    ['a head that bends', 'bert', set('1_Dense/config.json', { activation_function: 'torch.nn.Tanh' }), /Tanh/],
    ['a head with a bias', 'bert', set('1_Dense/config.json', { bias: true }), /1_Dense\/config.json: bias/],
    [
      'two poolings',
      'bert-mean',
      set('2_Pooling/config.json', { pooling_mode_cls_token: true }),
      /2_Pooling.*mean_tokens and pooling_mode_cls/,
    ],
    [
      'lower-casing of its own',
      'bert-mean',
      set('sentence_bert_config.json', { do_lower_case: true }),
      /do_lower_case/,
    ],
    [
      'a prefix that is no text',
      'bert',
      set('config_sentence_transformers.json', { query_prefix: 3 }),
      /query_prefix is 3/,
    ],
    [
      'modules that are no list',
      'bert',
      (folder) => writeFile(join(folder, 'modules.json'), '{}'),
      /modules.json.*list/,
    ],
    [
      'modules that are no JSON',
      'bert',
      (folder) => writeFile(join(folder, 'modules.json'), '['),
      /modules.json.*JSON/,
    ],
    [
      'a larger vocabulary than the table',
      'bert',
      async (folder) => {
        await config({ vocab_size: 50 })(folder);
        await changeTensors(folder, (all) =>
          all.map((one) =>
            one.name === 'embeddings.word_embeddings.weight'
              ? { ...one, shape: [50, 16], data: one.data.subarray(0, 800) }
              : one,
          ),
        );
      },
      /tokenizer has ids up to \d+, the embedding table 50 rows/,
    ],
  ])('%s', async (_what, name, damage, expected) => {
    const { code, text } = await refusal(name, damage);
    expect(text).toMatch(expected);
    expect(code).toBe('model');
  });

  it('NaN weights, in the body and in the head', async () => {
    const body = await refusal('bert', (folder) => overwriteWeight(folder, 'encoder.layer.1.output.dense.weight', NaN));
    expect(body).toMatchObject({ code: 'not-finite', text: expect.stringContaining('layer.1.output.dense') as string });
    const head = await refusal('bert', (folder) => overwriteWeight(join(folder, '1_Dense'), 'linear.weight', Infinity));
    expect(head).toMatchObject({ code: 'not-finite', text: expect.stringContaining('1_Dense') as string });
  });
});

describe('read all the same', () => {
  it.each<[string, Change, string[]]>([
    [
      'heads of other tasks, under the name of the whole model',
      (folder) =>
        changeTensors(folder, (all) => [
          ...all.map((one) => ({ ...one, name: `bert.${one.name}` })),
          { name: 'cls.predictions.bias', shape: [9], data: new Float32Array(9) },
        ]),
      ['bert.pooler.dense.bias', 'bert.pooler.dense.weight', 'cls.predictions.bias'],
    ],
    [
      'today’s names of norms',
      (folder) => changeTensors(folder, (all) => all.map((one) => ({ ...one, name: today(one.name) }))),
      ['pooler.dense.bias', 'pooler.dense.weight'],
    ],
  ])('%s', async (_what, damage, ignored) => {
    const folder = await encoderFolder('bert');
    const before = await readHubEncoder(folder, { seed: 1 });
    await damage(folder);
    const after = await readHubEncoder(folder, { seed: 1 });
    expect(after.ignored.toSorted()).toEqual(ignored);
    expect(after.encoder).toEqual(before.encoder);
  });
});

it.each(['float16', 'bfloat16'] as const)('weights in %s are read', async (dtype) => {
  const folder = await encoderFolder('bert');
  const { params } = (await readHubEncoder(folder, { seed: 1 })).encoder;
  const reader = await SafetensorsReader.open(folder);
  const tensors = [];
  for (const name of reader.names()) tensors.push({ name, ...(await reader.read(name)) });
  await reader.close();
  await writeSafetensors(join(folder, 'model.safetensors'), tensors, dtype);
  const half = (await readHubEncoder(folder, { seed: 1 })).encoder.params.get('layers.0.qkv')!;
  const whole = params.get('layers.0.qkv')!;
  const apart = Math.max(...half.map((x, i) => Math.abs(x - whole[i]!) / Math.max(1e-3, Math.abs(whole[i]!))));
  expect(apart).toBeGreaterThan(0);
  expect(apart).toBeLessThan(dtype === 'float16' ? 2 ** -10 : 2 ** -7);
});

const today = (name: string) =>
  name.replace('LayerNorm.gamma', 'LayerNorm.weight').replace('LayerNorm.beta', 'LayerNorm.bias');
