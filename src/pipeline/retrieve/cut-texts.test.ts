/** What encoders cut is told in a whole run, and chunks are searched in it. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { configToYaml, resolveConfig } from '../../config/index.js';
import { readJsonlAll } from '../../core/jsonl.js';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { readIndexHeader, readRetriever } from '../../retriever/index.js';
import { RunFolder } from '../../runs/run-folder.js';
import { warningsAmong } from '../../runs/warnings.js';
import { runPipeline } from '../pipeline.js';
import { openFakeEngine, writeTinyTask } from '../testing/tiny-task.js';

it('a run says how many texts were cut at training and in search', async () => {
  const folder = await temporaryFolder();
  const file = await writeTinyTask(folder);
  // Questions have 5 tokens, traces 10.
  const chunks = 'retrievers.chunks={kind: encoder, steps: 2, maxQueryTokens: 8, maxDocumentTokens: 6, chunks: 2}';
  const cut = 'retrievers.cut={kind: encoder, trained: false, maxQueryTokens: 4, maxDocumentTokens: 6, chunks: 1}';
  const arms = 'arms=[{name: a, test: chunks}, {name: b, test: cut}]';
  const config = resolveConfig({ file, set: [chunks, cut, arms] });
  const run = await RunFolder.open(join(folder, 'run'), { values: config, yaml: configToYaml(config) });
  try {
    await runPipeline(config, run, { openEngine: openFakeEngine, until: 'retriever' });
  } finally {
    await run.close();
  }
  const warnings = warningsAmong(await readJsonlAll(join(run.root, 'events.jsonl')));
  const texts = warnings.flatMap(({ code, where, text }) => (code === 'texts-cut' ? [`${where}: ${text}`] : []));
  expect(texts).toEqual([
    expect.stringMatching(/^training of chunks: .* the beginning of 38 traces alone/),
    expect.stringMatching(/^retriever cut: the end of \d+ questions and 38 traces was cut/),
  ]);
  const { documents, truncatedDocuments } = (await readIndexHeader(run.paths.index('chunks')))!;
  expect([documents, truncatedDocuments]).toEqual([38, 0]);
  expect((await readRetriever(run.paths.retriever('chunks'))).header.spec.document).toMatchObject({ chunks: 2 });
  expect((await readRetriever(run.paths.retriever('cut'))).header.spec.document).not.toHaveProperty('chunks');
});
