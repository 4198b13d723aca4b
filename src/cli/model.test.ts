import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { filesOf, hubWith } from '../data/testing/small-hub.js';
import { raRft } from './testing/ra-rft.js';

const source = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

afterEach(() => vi.unstubAllEnvs());

describe('ra-rft model import from the Hub', () => {
  it('says what came, and where each kind of folder is named', async () => {
    const { hubUrl } = await hubWith({
      'models/tiny/policy': await filesOf(source('models/testing/golden/qwen2')),
      'models/tiny/encoder': await filesOf(source('retriever/testing/encoders/bert')),
    });
    vi.stubEnv('HF_ENDPOINT', hubUrl);
    const root = await temporaryFolder();
    const take = async (name: string) => {
      const { code, out } = await raRft('model', 'import', `tiny/${name}`, '--out', join(root, name), '--quiet');
      return { code, out };
    };
    const policy = await take('policy');
    expect(policy).toMatchObject({ code: 0, out: expect.stringContaining('model.path=') as string });
    const encoder = await take('encoder');
    expect(encoder).toMatchObject({ code: 0, out: expect.stringContaining('an encoder, tiny/encoder') as string });
    expect(encoder.out).toContain(`{kind: encoder, model: "${join(root, 'encoder')}"}`);
  });

  it('refuses what is neither a file nor a name of the Hub', async () => {
    const refused = await raRft('model', 'import', 'not there', '--out', join(await temporaryFolder(), 'x'));
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('owner/name') as string });
  });
});
