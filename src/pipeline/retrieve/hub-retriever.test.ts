/** An encoder from a folder of its own in a whole run: trained on the labels, saved for PyLate, searched with. */
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { configToYaml, resolveConfig } from '../../config/index.js';
import { readJsonlAll } from '../../core/jsonl.js';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { readTokenizerFiles } from '../../models/checkpoint.js';
import { createEncoder, readHubEncoder, readRetriever, SPEC_DEFAULTS, writeRetriever } from '../../retriever/index.js';
import { RunFolder } from '../../runs/run-folder.js';
import { runPipeline } from '../pipeline.js';
import { openFakeEngine, writeTinyTask } from '../testing/tiny-task.js';

const golden = join(import.meta.dirname, '../../retriever/testing/encoders/bert');
const embedded = join(import.meta.dirname, '../../../assets/base');

it('is trained with its own tokenizer, and stands for the folder as it was then', async () => {
  const folder = await temporaryFolder();
  const file = await writeTinyTask(folder);
  await cp(golden, join(folder, 'encoder'), { recursive: true });
  // The folder is meant from where the configuration file is.
  const task = JSON.parse(await readFile(file, 'utf8')) as object;
  await writeFile(file, JSON.stringify({ ...task, retrievers: { mine: { model: 'encoder' } } }));
  const at = join(folder, 'run');
  const run = async () => {
    const mine = 'retrievers.mine={kind: encoder, steps: 4, batchSize: 4, frozenLayers: 1, maxQueryTokens: 24}';
    const config = resolveConfig({ file, set: [mine, 'arms=[{name: a, test: mine}]'] });
    expect(config.retrievers['mine']).toMatchObject({ model: join(folder, 'encoder') });
    const opened = await RunFolder.open(at, { values: config, yaml: configToYaml(config) });
    const events = () => readJsonlAll<{ kind: string; stage: string }>(join(at, 'events.jsonl')).catch(() => []);
    const before = (await events()).length;
    try {
      await runPipeline(config, opened, { openEngine: openFakeEngine, until: 'retriever' });
    } finally {
      await opened.close();
    }
    return (await events()).slice(before).flatMap(({ kind, stage }) => (kind === 'stage-finished' ? [stage] : []));
  };
  expect(await run()).toContain('retriever-mine');
  const saved = join(at, 'retriever', 'mine');
  const { header, encoder } = await readRetriever(saved);
  expect(header.spec.query).toMatchObject({ prefix: '[unused0]', maxTokens: 24, expand: { token: '[MASK]' } });
  expect(header.training?.trainQueries).toBeGreaterThan(1);
  expect(await readTokenizerFiles(saved)).toEqual(await readTokenizerFiles(golden));
  const start = (await readHubEncoder(golden, { seed: 1 })).encoder.params;
  const isSame = (name: string) => encoder.params.get(name)!.every((x, i) => x === start.get(name)![i]);
  expect(['embed', 'layers.0.qkv', 'layers.1.qkv', 'dense.0'].map(isSame)).toEqual([true, true, false, false]);
  expect(await run()).not.toContain('retriever-mine');

  // A module of the head is in a folder of its own, and belongs to the encoder like everything else.
  const head = join(folder, 'encoder', '1_Dense', 'config.json');
  await writeFile(head, `${await readFile(head, 'utf8')} `);
  await expect(run()).rejects.toMatchObject({
    code: 'run-folder',
    message: expect.stringMatching(/retriever-mine.*retrievers.mine.model/) as string,
  });
});

it('is a retriever that another run has trained, over another model: it serves as it is, and nothing is labelled', async () => {
  const folder = await temporaryFolder();
  const file = await writeTinyTask(folder);
  const other = join(folder, 'other', 'retriever', 'learned');
  const encoder = await createEncoder(embedded, { hidden: 16, dim: 8, maxTokens: 256 }, 1);
  const spec = { ...SPEC_DEFAULTS, query: { ...SPEC_DEFAULTS.query, maxTokens: 24 } };
  const { encoderHash } = await writeRetriever(other, { encoder, spec }, embedded);
  const taken = `retrievers.taken={kind: encoder, model: ${other}, trained: false}`;
  const config = resolveConfig({ file, set: [taken, 'arms=[{name: a, test: taken}]'] });
  const at = join(folder, 'run');
  const opened = await RunFolder.open(at, { values: config, yaml: configToYaml(config) });
  try {
    await runPipeline(config, opened, { openEngine: openFakeEngine, until: 'retriever' });
  } finally {
    await opened.close();
  }
  const { header } = await readRetriever(join(at, 'retriever', 'taken'));
  expect(header).toMatchObject({ encoderHash, spec });
  expect(header.training).toBeUndefined();
  const events = await readJsonlAll<{ stage?: string }>(join(at, 'events.jsonl'));
  expect(events.filter(({ stage }) => stage === 'labels')).toEqual([]);
});
