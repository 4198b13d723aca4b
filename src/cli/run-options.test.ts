import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { resolveRun, runRoot } from './run-options.js';

describe('runRoot', () => {
  it('is that of the run, also of one whose configuration this version does not know', async () => {
    const runs = await temporaryFolder();
    const options = { name: 'old', runs, set: [] };
    expect(runRoot(options)).toBe(resolveRun(options).root);
    await mkdir(join(runs, 'old'));
    await writeFile(join(runs, 'old', 'config.yaml'), 'name: old\nrl:\n  tokens: 20\n');
    expect(() => resolveRun(options)).toThrow('unknown key rl.tokens');
    expect(runRoot(options)).toBe(join(runs, 'old'));
    expect(runRoot({ runs, set: [], preset: 'quick' })).toBe(join(runs, 'quick'));
    expect(() => runRoot({ runs, set: [], name: '../x' })).toThrow('name is');
  });
});
