/** Tiny encoders as PyLate and sentence-transformers save them, each a copy for one test; made by scripts/golden/encoders.py. */
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import golden from './encoders/golden.json' with { type: 'json' };

const variants = { ...golden.late, ...golden.single };
export type EncoderVariant = keyof typeof variants;

/** Call inside a test: the folder of an encoder of golden.json, to be changed at will. */
export async function encoderFolder(name: EncoderVariant): Promise<string> {
  const { folder, files } = variants[name];
  const copy = join(await temporaryFolder(), name);
  await cp(join(import.meta.dirname, 'encoders', folder), copy, { recursive: true });
  for (const [path, values] of Object.entries(files)) {
    await mkdir(dirname(join(copy, path)), { recursive: true });
    await writeFile(join(copy, path), JSON.stringify(values));
  }
  return copy;
}
