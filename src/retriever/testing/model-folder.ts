/** A model folder small enough for tests: token embeddings and a byte-level tokenizer. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Rng } from '../../core/rng.js';
import { writeSafetensors } from '../../models/safetensors-writer.js';
import { tinyTokenizer, tinyTokenizerFiles } from '../../models/testing/tiny-tokenizer.js';

const WIDTH = 12;

/** Writes the folder and returns its path. */
export async function smallModelFolder(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const rng = Rng.fromSeed(2);
  const vocab = tinyTokenizer().vocabSize;
  const data = Float32Array.from({ length: vocab * WIDTH }, () => 0.02 * rng.normal());
  await writeSafetensors(
    join(folder, 'model.safetensors'),
    [{ name: 'model.embed_tokens.weight', shape: [vocab, WIDTH], data }],
    'float32',
  );
  const { tokenizer, config } = tinyTokenizerFiles();
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify(config));
  return folder;
}
