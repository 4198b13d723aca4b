/** Loads each golden checkpoint and adapter and writes it back, for check_saved.py: `npx tsx scripts/golden/save-copies.ts OUTPUT_FOLDER`. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { loadParams, readAdapter, readDecoderConfig, saveCheckpoint, writeAdapter } from '../../src/models/index.js';

const out = process.argv[2];
if (out === undefined) throw new Error('usage: save-copies.ts OUTPUT_FOLDER');
const golden = join(import.meta.dirname, '../../src/models/testing/golden');
for (const name of ['llama', 'qwen2', 'qwen3']) {
  const from = join(golden, name);
  const config = await readDecoderConfig(from);
  await saveCheckpoint(join(out, name), { config, params: await loadParams(from, config) });
}

const base = join(golden, 'qwen2');
const config = await readDecoderConfig(base);
const copy = join(out, 'adapter');
await mkdir(copy, { recursive: true });
await writeAdapter(copy, await readAdapter(join(golden, 'adapter'), config), { base, config });
