import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { silent } from '../core/progress.js';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { overwriteWeight } from '../models/testing/damage.js';
import { doctor } from './doctor.js';

async function lines(options: Parameters<typeof doctor>[0]): Promise<{ out: string[]; error: unknown }> {
  const out: string[] = [];
  const context = { out: (text: string) => void out.push(text), progress: silent, quiet: false, verbose: false };
  const error: unknown = await doctor(options, context).catch((cause: unknown) => cause);
  return { out, error };
}

it('looks at a model whole: what is wrong with it is named, with its file', async () => {
  const model = join(await temporaryFolder(), 'model');
  await cp(fileURLToPath(new URL('../../assets/base', import.meta.url)), model, { recursive: true });
  const fine = await lines({ model });
  expect(fine.error).toBeUndefined();
  expect(fine.out).toContainEqual(expect.stringMatching(/^ok {4}embedded model: qwen3, 0\.\d million parameters/));
  expect(fine.out.at(-1)).toMatch(/^ok {4}model: qwen3, .* tokens \(\d+ in the tokenizer\) at .*model$/);

  await overwriteWeight(model, 'model.norm.weight', NaN);
  const damaged = await lines({ model });
  expect(damaged.error).toMatchObject({ code: 'engine', message: expect.stringContaining('failed: model') as string });
  expect(damaged.out.join('\n')).toMatch(
    /FAIL {2}model: tensor model\.norm\.weight .* is NaN \(.*model\.safetensors: /,
  );
});
