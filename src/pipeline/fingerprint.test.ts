import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { hashEncoderFolder, hashModelFolder } from './fingerprint.js';

it('an encoder is known by its files and those of its modules, by nothing else', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'config.json'), '{}');
  const hash = () => hashEncoderFolder(folder, 'here');
  const plain = await hash();
  // One without modules is known by what a model is known by: run folders that have one stay valid.
  expect(plain).toBe(await hashModelFolder(folder));
  await writeFile(join(folder, 'README.md'), 'a note');
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'assets', 'picture'), 'a');
  expect(await hash()).toBe(plain);
  await mkdir(join(folder, '1_Dense'));
  await writeFile(join(folder, '1_Dense', 'model.safetensors'), 'weights');
  const dense = await hash();
  expect(dense).not.toBe(plain);
  await writeFile(join(folder, '1_Dense', 'model.safetensors'), 'other weights');
  expect(await hash()).not.toBe(dense);
  await expect(hashEncoderFolder(join(folder, 'none'), 'retrievers.x.model')).rejects.toMatchObject({
    code: 'model',
    where: 'retrievers.x.model',
  });
});
