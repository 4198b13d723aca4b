import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { readTokenizerFiles } from '../../models/checkpoint.js';
import { architectureOf } from '../../models/encoders/config.js';
import { changeTensors } from '../../models/testing/damage.js';
import { encoderFolder, type EncoderVariant } from '../testing/encoder-folders.js';
import { smallModelFolder } from '../testing/model-folder.js';
import { createEncoder } from './create.js';
import { readHubEncoder } from './hub-encoder.js';
import { NetSession } from './net/session.js';
import { openEncoder } from './open.js';
import { readRetriever, writeRetriever } from './retriever-folder.js';
import { SPEC_DEFAULTS } from './spec.js';

async function change(file: string, values: object): Promise<void> {
  const json = JSON.parse(await readFile(file, 'utf8')) as object;
  await writeFile(file, JSON.stringify({ ...json, ...values }));
}

/** As if it were the folder of a plain model of Transformers. */
async function plain(name: EncoderVariant): Promise<string> {
  const folder = await encoderFolder(name);
  for (const file of ['modules.json', 'config_sentence_transformers.json', 'sentence_bert_config.json'])
    await rm(join(folder, file));
  return folder;
}

const seed = 5;

describe('the forms of a folder', () => {
  it('are PyLate’s, with lengths that suit mathematics', async () => {
    const { spec, encoder } = await readHubEncoder(await encoderFolder('bert'), { seed });
    expect(spec.query).toMatchObject({ prefix: '[unused0]', prefixAs: 'token', special: true, maxTokens: 32 });
    expect(spec.query.expand).toEqual({ token: '[MASK]', attended: false });
    // Documents of at least 512 tokens, but the tables of this one end at 128.
    expect(spec.document).toMatchObject({ prefix: '[unused1]', expand: null, maxTokens: 128 });
    expect(spec.document.skip).toContain('+');
    expect(encoder.config).toMatchObject({ kind: 'bert', head: { pooling: 'token', dense: [6] } });
  });

  it('are sentence-transformers’ prompts', async () => {
    const { spec, encoder } = await readHubEncoder(await encoderFolder('bert-mean'), { seed });
    expect(spec.query).toMatchObject({ prefix: 'add: ', prefixAs: 'text', special: true, expand: null });
    expect(spec.document.prefix).toBe('');
    expect(encoder.config).toMatchObject({ head: { pooling: 'mean', dense: [] } });
  });

  it('give way to what is asked for', async () => {
    const { spec } = await readHubEncoder(await encoderFolder('bert'), {
      seed,
      scoring: 'sum',
      prefix: { query: '[unused1]', document: 'trace: ' },
      maxTokens: { query: 20, document: 60 },
    });
    expect(spec.scoring).toBe('sum');
    expect(spec.query).toMatchObject({ prefix: '[unused1]', prefixAs: 'token', maxTokens: 20 });
    expect(spec.document).toMatchObject({ prefix: 'trace: ', prefixAs: 'text', maxTokens: 60 });
    await expect(
      readHubEncoder(await encoderFolder('bert'), { seed, maxTokens: { document: 200 } }),
    ).rejects.toMatchObject({
      code: 'config',
      where: 'maxDocumentTokens',
      message: expect.stringContaining('200') as string,
    });
  });
});

describe('the head', () => {
  it('of a plain model is a fresh projection, by the seed', async () => {
    const folder = await plain('bert');
    const first = await readHubEncoder(folder, { seed });
    expect(first.freshHead).toBe(true);
    expect(first.encoder.config).toMatchObject({ head: { pooling: 'token', dense: [128] } });
    expect(first.spec.query).toMatchObject({ prefix: '[unused0]', expand: null, skip: [], maxTokens: 128 });
    const dense = async (n: number) => (await readHubEncoder(folder, { seed: n })).encoder.params.get('dense.0');
    expect(await dense(seed)).toEqual(first.encoder.params.get('dense.0'));
    expect(await dense(6)).not.toEqual(first.encoder.params.get('dense.0'));
  });

  it('may be another than the folder’s, but not of another size', async () => {
    const late = await readHubEncoder(await encoderFolder('bert-mean'), { seed, head: 'late-interaction', dim: 8 });
    expect([late.freshHead, late.encoder.config]).toMatchObject([true, { head: { pooling: 'token', dense: [8] } }]);
    const single = await readHubEncoder(await encoderFolder('bert'), { seed, head: 'single-vector' });
    expect([single.freshHead, single.encoder.config]).toMatchObject([false, { head: { pooling: 'mean', dense: [] } }]);
    expect(single.encoder.params.has('dense.0')).toBe(false);
    await expect(readHubEncoder(await encoderFolder('bert'), { seed, dim: 7 })).rejects.toMatchObject({
      code: 'config',
      where: 'dim',
      expected: expect.stringContaining('6') as string,
    });
  });

  it('takes a residual connection into its weight', async () => {
    const folder = await encoderFolder('modern-bert');
    const { encoder } = await readHubEncoder(folder, { seed });
    const own = encoder.params.get('dense.0')!;
    await changeTensors(join(folder, '1_Dense'), (tensors) => [
      ...tensors,
      { name: 'residual.weight', shape: [6, 16], data: new Float32Array(96).fill(0.25) },
    ]);
    await change(join(folder, '1_Dense', 'config.json'), { use_residual: true });
    const { params } = (await readHubEncoder(folder, { seed })).encoder;
    expect(params.get('dense.0')).toEqual(own.map((weight) => weight + 0.25));
  });
});

describe('frozen layers', () => {
  it('are what training leaves as it is', async () => {
    const trained = async (options: object) => {
      const { encoder } = await readHubEncoder(await encoderFolder('modern-bert'), { seed, ...options });
      return architectureOf(encoder.config).params.filter((param) => param.trained);
    };
    expect((await trained({})).map(({ name }) => name)).toContain('layers.0.qkv');
    expect((await trained({})).map(({ name }) => name)).not.toContain('embed');
    const upper = (await trained({ frozenLayers: 3 })).map(({ name }) => name);
    expect(upper.filter((name) => !name.startsWith('layers.3.'))).toEqual(['norm', 'dense.0']);
    await expect(trained({ frozenLayers: 5 })).rejects.toMatchObject({ code: 'config', expected: /at most 4/ });
  });

  it('keep their weights in a step', async () => {
    const { encoder } = await readHubEncoder(await encoderFolder('bert'), { seed, frozenLayers: 1 });
    const before = new Map([...encoder.params].map(([name, data]) => [name, data.slice()]));
    const session = new NetSession({ ...encoder, scoring: 'mean', temperature: 0.5, threads: 1 });
    const texts = [Int32Array.from([2, 9, 3]), Int32Array.from([2, 11, 12, 3])].map((ids) => ({ ids }));
    const masks = { queries: 2, documents: 2, positive: Uint8Array.from([1, 0, 0, 1]), ignore: new Uint8Array(4) };
    const update = { learningRate: 0.01, weightDecay: 0.01, maxGradNorm: 0 };
    await session.trainStep({ queries_Q: texts, documents_D: texts, masks }, update);
    await session.dispose();
    const moved = [...before].flatMap(([name, old]) =>
      encoder.params.get(name)!.every((x, i) => x === old[i]) ? [] : [name],
    );
    expect(moved.every((name) => name === 'dense.0' || name.startsWith('layers.1.'))).toBe(true);
    expect(moved).toContain('layers.1.qkv');
  });
});

describe('a saved encoder', () => {
  it.each(['bert', 'modern-bert-attended', 'bert-mean', 'modern-bert-cls'] as const)(
    '%s comes back as it was',
    async (name) => {
      const saved = join(await temporaryFolder(), 'saved');
      const folder = await encoderFolder(name);
      const made = await readHubEncoder(folder, {
        seed,
        frozenLayers: 1,
        scoring: 'sum',
        text: 'trace',
      });
      const { params } = made.encoder;
      params.forEach((data) => (data[0] = data[0]! + 0.5));
      const header = await writeRetriever(saved, made, folder);
      const read = await readRetriever(saved);
      expect(read).toEqual({ header, encoder: made.encoder });
      expect(await readTokenizerFiles(saved)).toEqual(await readTokenizerFiles(folder));
      // Read as the folder of others, without what only this project writes, it says the same.
      const again = await readHubEncoder(saved, { seed });
      expect(again).toMatchObject({ spec: made.spec, freshHead: false, hash: header.encoderHash });
      await rm(join(saved, 'retriever.json'));
      const { spec } = await readHubEncoder(saved, { seed });
      expect(spec.query).toEqual(made.spec.query);
      expect(spec.document).toEqual(made.spec.document);
      const encoder = await openEncoder(saved, read, { threads: 1 });
      const { texts } = await encoder.encode(['3 plus 4'], 'query');
      await encoder.dispose();
      expect(texts[0]?.dim).toBe(architectureOf(read.encoder.config).dim);
    },
  );

  it.each(['bert', 'small'])('%s does not match an index once its tokenizer is another', async (kind) => {
    const saved = join(await temporaryFolder(), 'saved');
    if (kind === 'bert') {
      const folder = await encoderFolder('bert');
      await writeRetriever(saved, await readHubEncoder(folder, { seed }), folder);
    } else {
      const model = await smallModelFolder(join(await temporaryFolder(), 'model'));
      await writeRetriever(saved, { encoder: await createEncoder(model, {}, 1), spec: SPEC_DEFAULTS }, model);
    }
    const file = join(saved, 'tokenizer.json');
    await writeFile(file, (await readFile(file, 'utf8')).replace('"normalizer"', ' "normalizer"'));
    await expect(readRetriever(saved)).rejects.toMatchObject({
      code: 'model',
      message: expect.stringContaining('tokenizer') as string,
    });
  });

  it('takes nothing from the numbers of its config but what it knows', async () => {
    const { encoder } = await readHubEncoder(await encoderFolder('modern-bert'), { seed });
    const specialIds = { pad_token_id: 0, bos_token_id: 2, eos_token_id: 3, cls_token_id: 2, sep_token_id: 3 };
    expect(encoder.config).toHaveProperty('specialIds', specialIds);
  });
});
