import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesOf, hubWith } from '../data/testing/small-hub.js';
import { loadParams } from './checkpoint.js';
import { readEncoder } from './encoders/folder.js';
import { readDecoderConfig } from './hf-config.js';
import { importFromHub } from './import-hub.js';

const golden = (name: string) => fileURLToPath(new URL(`./testing/golden/${name}`, import.meta.url));
const encoder = (name: string) => fileURLToPath(new URL(`../retriever/testing/encoders/${name}`, import.meta.url));
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'hub-'));
});
afterAll(async () => {
  await rm(root, { recursive: true });
});

describe('importFromHub', () => {
  it('fetches what makes a model, shards too, and nothing else', async () => {
    const folder = join(root, 'qwen2');
    const { hubUrl, served } = await hubWith({ 'models/tiny/qwen2': await filesOf(golden('qwen2')) });
    const progress: number[] = [];
    const report = (done: number, total: number) => progress.push(done / total);
    expect(await importFromHub('tiny/qwen2', folder, { hubUrl, report })).toBe('decoder');
    expect(progress.at(-1)).toBe(1);
    const config = await readDecoderConfig(folder);
    expect(await loadParams(folder, config)).toEqual(await loadParams(golden('qwen2'), config));
    expect(served).not.toContain('expected.json');
    expect((await readdir(folder)).every((name) => /config\.json$|safetensors|^\.ra-rft-files/.test(name))).toBe(true);
  });

  it('fetches an encoder with the modules of its head, or without any, and nothing of other formats', async () => {
    const folder = join(root, 'bert');
    const onnx = { 'onnx/config.json': '{}', 'onnx/model.safetensors': '{}', 'onnx/model.onnx': '{}' };
    const { hubUrl } = await hubWith({
      'models/tiny/with-onnx': { ...(await filesOf(encoder('bert'))), ...onnx },
      'models/tiny/mpnet': await filesOf(encoder('mpnet')),
    });
    expect(await importFromHub('tiny/with-onnx', folder, { hubUrl })).toBe('encoder');
    expect(await readEncoder(folder)).toEqual(await readEncoder(encoder('bert')));
    const all = await readdir(folder, { recursive: true });
    expect(all.filter((path) => path !== '.ra-rft-files.json').toSorted()).toEqual(
      (await readdir(encoder('bert'), { recursive: true })).toSorted(),
    );
    expect(await importFromHub('tiny/mpnet', join(root, 'mpnet'), { hubUrl })).toBe('encoder');
    expect(await readEncoder(join(root, 'mpnet'))).toEqual(await readEncoder(encoder('mpnet')));
  });

  it('refuses an encoder that is not computed here before its weights come', async () => {
    const folder = join(root, 'sparse');
    const files = await filesOf(encoder('bert'));
    const modules = JSON.parse(files['modules.json']!.toString()) as { type: string }[];
    modules.at(-1)!.type = 'sentence_transformers.sparse_encoder.models.SpladePooling';
    const changed = { ...files, 'modules.json': JSON.stringify(modules) };
    const { hubUrl, served } = await hubWith({ 'models/tiny/sparse': changed });
    const refused = importFromHub('tiny/sparse', folder, { hubUrl });
    await expect(refused).rejects.toMatchObject({ code: 'model', expected: expect.stringContaining('Pooling') });
    expect(served).toContain('config.json');
    expect(served).not.toContain('model.safetensors');
    expect(await readdir(root)).not.toContain('sparse');
  });

  it('says that a repository does not exist, and that the Hub cannot be reached', async () => {
    const folder = join(root, 'none');
    const { hubUrl } = await hubWith({});
    await expect(importFromHub('tiny/nothing', folder, { hubUrl })).rejects.toMatchObject({
      code: 'io',
      where: 'tiny/nothing',
      hint: expect.stringContaining('token'),
    });
    const closed = importFromHub('tiny/qwen2', folder, { hubUrl: 'http://127.0.0.1:1' });
    await expect(closed).rejects.toMatchObject({ code: 'io', hint: expect.stringContaining('connection') });
    expect(await readdir(root)).not.toContain('none');
  });
});
