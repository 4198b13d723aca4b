/** A damaged file of a client's own: said with file and line, and nothing stays open or locked. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../config/index.js';
import { openFilesIn, tellsOpenFiles } from '../core/testing/open-files.js';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { EmbeddingsClient } from './embeddings.js';
import { openLlmClient } from './open.js';

const { llm } = resolveConfig({ set: ['llm.model=m', 'llm.batch=true'] });
const server = { url: 'http://127.0.0.1:9', model: 'm', batch: 8, dimensions: null };

const chat = (cachePath: string) => openLlmClient({ settings: llm, apiKey: undefined, cachePath });
const embeddings = (cachePath: string) =>
  EmbeddingsClient.open({ settings: server, llm, apiKey: undefined, cachePath });

describe.skipIf(!tellsOpenFiles)('a client with a damaged file', () => {
  it.each([
    ['replies', chat, 'kept.jsonl'],
    ['calls', chat, 'kept.calls.jsonl'],
    ['batches', chat, 'kept.batches.jsonl'],
    ['vectors', embeddings, 'kept.jsonl'],
    ['calls of vectors', embeddings, 'kept.calls.jsonl'],
  ] as const)('%s', async (_, open, file) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, file), 'no JSON\n');
    const where = `${join(folder, file)}:1`;
    await expect(open(join(folder, 'kept.jsonl'))).rejects.toMatchObject({ code: 'data', where });
    expect(openFilesIn(folder)).toEqual([]);
    expect((await readdir(folder)).filter((name) => name.includes('lock'))).toEqual([]);
  });
});
