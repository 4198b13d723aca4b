/** RoBERTa and MPNet against Transformers; folders and numbers come from scripts/golden/bert_variants.py. */
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { parseEncoderJson, toEncoderJson } from '../../models/encoders/config.js';
import { distanceBucket } from '../../models/encoders/bert.js';
import { readEncoder } from '../../models/encoders/folder.js';
import { changeTensors } from '../../models/testing/damage.js';
import golden from '../testing/encoders/bert-variants.json' with { type: 'json' };
import { expectGradientNorms, expectNear } from '../testing/expect-numbers.js';
import { NetSession } from './net/session.js';

const folderOf = (name: string) => join(import.meta.dirname, '..', 'testing', 'encoders', name);
const texts = (ids: number[][]) => ids.map((text) => ({ ids: Int32Array.from(text) }));
const opened: NetSession[] = [];
afterAll(() => Promise.all(opened.map((session) => session.dispose())));

async function open(name: string) {
  const { config, params } = await readEncoder(folderOf(name));
  const trained = { ...config, trainEmbeddings: true };
  const { temperature } = golden;
  const session = new NetSession({ config: trained, params, scoring: 'mean', temperature, threads: 1 });
  opened.push(session);
  return { session, config: trained };
}

describe.each(['roberta', 'mpnet'] as const)('%s, as Transformers', (name) => {
  const expected = golden[name];
  const [queries_Q, documents_D] = [texts(expected.queries), texts(expected.documents)];

  it('encodes the same vectors of short texts and of long ones', async () => {
    const { session } = await open(name);
    expectNear((await session.encode(queries_Q)).vectors, expected.queryVectors);
    expectNear((await session.encode(documents_D)).vectors, expected.documentVectors);
  });

  it('has the same loss and the same gradient of all that is trained', async () => {
    const { session, config } = await open(name);
    const masks = { queries: 2, documents: 2, positive: Uint8Array.of(1, 0, 0, 1), ignore: new Uint8Array(4) };
    const { loss, gradient } = await session.lossAndGradient({ queries_Q, documents_D, masks });
    expect(loss).toBeCloseTo(expected.loss, 4);
    const theirs = new Map(Object.entries<number>(expected.gradientNorms));
    // What MPNet adds by distance stays as it is.
    theirs.delete('encoder.relative_attention_bias.weight');
    expectGradientNorms(config, gradient, theirs);
  });

  it('is written as it was read', async () => {
    const { config } = await readEncoder(folderOf(name));
    const raw = JSON.parse(await readFile(join(folderOf(name), 'config.json'), 'utf8')) as Record<string, unknown>;
    const written = toEncoderJson(config);
    for (const key of ['model_type', 'architectures', 'max_position_embeddings', 'layer_norm_eps', 'pad_token_id'])
      expect([key, written[key]]).toEqual([key, raw[key]]);
    expect(parseEncoderJson(written, 'config.json', { pooling: 'token', dense: [] })).toEqual(config);
  });

  it('is read under the names of a model with another head', async () => {
    const folder = join(await temporaryFolder(), name);
    await cp(folderOf(name), folder, { recursive: true });
    await changeTensors(folder, (tensors) => [
      ...tensors.map((one) => ({ ...one, name: `${name}.${one.name}` })),
      { name: 'lm_head.bias', shape: [24], data: new Float32Array(24) },
    ]);
    const { params, ignored } = await readEncoder(folder);
    expect(params).toEqual((await readEncoder(folderOf(name))).params);
    expect(ignored).toEqual(['lm_head.bias']);
  });
});

it('positions that do not begin where RoBERTa has them are refused', async () => {
  const raw = JSON.parse(await readFile(join(folderOf('roberta'), 'config.json'), 'utf8')) as Record<string, unknown>;
  const parse = (change: object) => () =>
    parseEncoderJson({ ...raw, ...change }, 'config.json', { pooling: 'token', dense: [] });
  expect(parse({ pad_token_id: 0 })).toThrow(expect.objectContaining({ where: 'config.json: pad_token_id' }) as Error);
  expect(parse({ max_position_embeddings: 2 })).toThrow(
    expect.objectContaining({ where: 'config.json: max_position_embeddings' }) as Error,
  );
});

it('buckets of distances that do not part into halves of halves are refused', async () => {
  const raw = JSON.parse(await readFile(join(folderOf('mpnet'), 'config.json'), 'utf8')) as Record<string, unknown>;
  const other = { ...raw, relative_attention_num_buckets: 30 };
  expect(() => parseEncoderJson(other, 'config.json', { pooling: 'token', dense: [] })).toThrow(
    expect.objectContaining({ where: 'config.json: relative_attention_num_buckets' }) as Error,
  );
});

it('distances have a bucket each when near, share one when far, and differ by direction', () => {
  const of = (...apart: number[]) => apart.map((one) => distanceBucket(one, 32));
  expect(of(0, -1, -7, 1, 7)).toEqual([0, 1, 7, 17, 23]);
  // 8 to 128 in eight logarithmic steps: a doubling is two of them.
  expect(of(-8, -11, -12, -15, -16, -32, -64, -127, -128, -1000)).toEqual([8, 8, 9, 9, 10, 12, 14, 15, 15, 15]);
  expect(of(8, 16, 64, 1000)).toEqual([24, 26, 30, 31]);
});
