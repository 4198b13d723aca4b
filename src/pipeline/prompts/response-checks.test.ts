import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../config/index.js';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { planRun } from '../plan.js';
import { writeTinyTask } from '../testing/tiny-task.js';

async function tinyTask() {
  const folder = await temporaryFolder();
  const file = await writeTinyTask(folder);
  return { folder, plan: (...set: string[]) => planRun(resolveConfig({ file, set }), join(folder, 'run')) };
}

const text = (value: string) => expect.stringContaining(value) as string;

describe('responses that could not be, refused before any work', () => {
  it('none would end: neither tokenizer nor model nor generation.stop names a token', async () => {
    const { folder, plan } = await tinyTask();
    for (const [name, key] of [
      ['config.json', 'eos_token_id'],
      ['generation_config.json', 'eos_token_id'],
      ['tokenizer_config.json', 'eos_token'],
    ] as const) {
      await plan(); // any of them is enough
      const path = join(folder, 'model', name);
      const { [key]: _end, ...rest } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
      await writeFile(path, JSON.stringify(rest));
    }
    await expect(plan()).rejects.toMatchObject({
      code: 'config',
      where: 'generation.stop',
      message: text('cut at generation.maxTokens (6)'),
      expected: text('eos_token_id in config.json'),
    });
    await plan('generation.stop=["."]');
  });

  it('the longest fills the whole window', async () => {
    const { plan } = await tinyTask();
    await expect(plan('generation.maxTokens=128')).rejects.toMatchObject({
      code: 'context-length',
      where: 'generation.maxTokens',
      message: text("generation.maxTokens is 128, but the model's window is 128"),
      hint: text('Lower generation.maxTokens'),
    });
  });
});
