import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { Rng } from '../../core/rng.js';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { writeAdapter } from '../adapter/folder.js';
import { mergeAdapterFolder } from '../adapter/merge-folder.js';
import { adapterParts, factorSpecs } from '../adapter/parts.js';
import { writeCheckpoint } from '../checkpoint.js';
import { readDecoderConfig } from '../hf-config.js';
import { sizeOf } from '../parameters.js';
import { changeTensors, overwriteWeight } from '../testing/damage.js';
import { tinyConfig, tinyParams } from '../testing/tiny-model.js';
import { decoderEncoderFromHf, decoderEncoderOf, type DecoderEncoderOptions } from './decoder-config.js';
import { createDecoderEncoder } from './decoder-weights.js';
import { encoderHash, readEncoder, writeEncoder } from './folder.js';

const decoder = tinyConfig('qwen3', { tied: false });
let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  await writeCheckpoint(folder, { config: decoder, params: tinyParams(decoder) });
});

const create = async (options: DecoderEncoderOptions = {}, from = folder, adapter?: string) => {
  const config = decoderEncoderOf(await readDecoderConfig(from), options);
  return createDecoderEncoder({ folder: from, adapter }, config, Rng.fromSeed(1));
};
const configJson = async (of = folder) =>
  JSON.parse(await readFile(join(of, 'config.json'), 'utf8')) as Record<string, unknown>;
const refusal = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe('a decoder as encoder in a folder', () => {
  it.each<[string, DecoderEncoderOptions]>([
    ['as Qwen3-Embedding', {}],
    [
      'of one layer with a projection',
      { layer: 1, head: { pooling: 'token', dense: [5] }, finalNorm: false, attention: 'full' },
    ],
    ['with an adapter', { head: { pooling: 'mean', dense: [3, 2] }, frozenLayers: 2, lora: { rank: 2, alpha: 4 } }],
  ])('is read as it was written, alone: %s', async (_, options) => {
    const encoder = await create(options);
    const out = await temporaryFolder();
    const tokenizer = new Map<string, Uint8Array>();
    await writeEncoder(out, encoder, tokenizer);
    const { config, params, ignored } = await readEncoder(out);
    expect({ config, params, ignored }).toEqual({ ...encoder, ignored: [] });
    expect(encoderHash({ config, params }, tokenizer)).toBe(encoderHash(encoder, tokenizer));
    expect(await configJson(out)).toMatchObject({ model_type: 'qwen3', tie_word_embeddings: true });
  });

  it('has the layers in use and no output head', async () => {
    const names = [...(await create({ layer: 1, head: { pooling: 'last', dense: [5] } })).params.keys()];
    expect(names).not.toContain('head');
    expect(names.filter((name) => name.startsWith('layers.1'))).toEqual([]);
    expect(names.at(-1)).toBe('dense.0');
    expect((await create({ layer: 1, finalNorm: false })).params.has('norm')).toBe(false);
  });

  it('is read where tensors stand without the leading model., as embedders are published', async () => {
    const expected = await create();
    await changeTensors(folder, (tensors) => tensors.map((t) => ({ ...t, name: t.name.replace(/^model\./, '') })));
    expect(await create()).toEqual(expected);
  });

  it('takes a policy that is an adapter with its changes, in the layers in use', async () => {
    const parts = adapterParts(decoder, { targets: 'all-linear', rank: 2 });
    const rng = Rng.fromSeed(4);
    const values = factorSpecs(parts, 2).map(({ name, shape }): [string, Float32Array] => {
      return [name, Float32Array.from({ length: sizeOf(shape) }, () => rng.normal())];
    });
    const [adapter, merged] = [await temporaryFolder(), join(await temporaryFolder(), 'merged')];
    const lora = { rank: 2, alpha: 4, rsLora: false, parts, factors: new Map(values) };
    await writeAdapter(adapter, lora, { base: folder, config: decoder });
    await mergeAdapterFolder(adapter, merged);
    for (const layer of [1, 2]) {
      const own = await create({ layer }, folder, adapter);
      expect(own).toEqual(await create({ layer }, merged));
      expect(own.params.get('layers.0.gate')).not.toEqual((await create({ layer })).params.get('layers.0.gate'));
    }
  });
});

describe('what cannot be', () => {
  it.each<[DecoderEncoderOptions, string]>([
    [{ layer: 3 }, 'there is no layer 3 in a model of 2'],
    [{ layer: 0 }, 'there is no layer 0'],
    [{ layer: 1.5 }, 'there is no layer 1.5'],
    [{ maxTokens: 49 }, 'texts of 49 tokens for a model of 48 positions'],
    [{ layer: 1, frozenLayers: 2 }, '2 frozen layers of 1'],
    [{ lora: { rank: 0, alpha: 1 } }, 'the rank is 0'],
  ])('%o is refused', (options, message) => {
    expect(refusal(() => decoderEncoderOf(decoder, options, 'here'))).toMatchObject({
      code: 'model',
      where: 'here',
      message: expect.stringContaining(message) as string,
      expected: expect.any(String) as string,
    });
  });

  it('an architecture that is not known, or does not go with its class, is refused', async () => {
    const as = async (model_type: string, name: string) => {
      const raw = { ...(await configJson()), model_type, architectures: [name] };
      return refusal(() => decoderEncoderFromHf(raw, 'a/config.json'));
    };
    expect(await as('qwen3', 'Qwen3Model')).toMatchObject({ kind: 'decoder', head: { pooling: 'last', dense: [] } });
    for (const [type, name] of [
      ['gemma3', 'Gemma3Model'],
      ['qwen3', 'LlamaModel'],
      ['qwen3', 'Qwen3ForSequenceClassification'],
    ] as const) {
      expect(await as(type, name)).toMatchObject({
        code: 'model',
        where: expect.stringContaining('a/config.json') as string,
        expected: expect.stringContaining('qwen3') as string,
      });
    }
  });

  it('NaN, a missing tensor and another shape are told by tensor, before anything is computed', async () => {
    await overwriteWeight(folder, 'model.layers.0.mlp.up_proj.weight', NaN);
    await expect(create()).rejects.toMatchObject({
      code: 'not-finite',
      where: expect.stringContaining('model.layers.0.mlp.up_proj.weight') as string,
    });
    const other = await temporaryFolder();
    await writeCheckpoint(other, { config: decoder, params: tinyParams(decoder) });
    await changeTensors(other, (tensors) => tensors.filter(({ name }) => name !== 'model.norm.weight'));
    await expect(create({}, other)).rejects.toMatchObject({
      code: 'model',
      message: expect.stringContaining('model.norm.weight') as string,
    });
    await writeFile(join(other, 'config.json'), JSON.stringify({ ...(await configJson(other)), hidden_size: 32 }));
    await expect(create({}, other)).rejects.toMatchObject({
      code: 'model',
      message: expect.stringContaining('has shape') as string,
    });
  });

  it.each([
    ['finalNorm', 'yes'],
    ['attention', 'sliding'],
    ['maxTokens', 'many'],
    ['lora', { rank: 2 }],
    ['trainEmbeddings', 1],
    ['frozenLayers', null],
  ])('a config.json whose %s is %o is refused by its key', async (key, value) => {
    const out = await temporaryFolder();
    await writeEncoder(out, await create(), new Map());
    const json = await configJson(out);
    const own = json['ra_rft_encoder'] as object;
    await writeFile(join(out, 'config.json'), JSON.stringify({ ...json, ra_rft_encoder: { ...own, [key]: value } }));
    await expect(readEncoder(out)).rejects.toMatchObject({
      code: 'model',
      where: expect.stringMatching(new RegExp(`config\\.json: ra_rft_encoder\\.${key}`)) as string,
    });
  });
});
