/** Loads each golden checkpoint and writes it back, for check_saved.py: `npx tsx scripts/golden/save-copies.ts OUTPUT_FOLDER`. */
import { join } from 'node:path';
import { loadParams, readDecoderConfig, saveCheckpoint } from '../../src/models/index.js';

const out = process.argv[2];
if (out === undefined) throw new Error('usage: save-copies.ts OUTPUT_FOLDER');
for (const name of ['llama', 'qwen2', 'qwen3']) {
  const from = join(import.meta.dirname, '../../src/models/testing/golden', name);
  const config = await readDecoderConfig(from);
  await saveCheckpoint(join(out, name), { config, params: await loadParams(from, config) });
}
