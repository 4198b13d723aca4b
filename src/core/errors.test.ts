import { mkdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { atPlace, errorFacts, RaRftError } from './errors.js';
import { errorCodes, errorDocsMarkdown } from './exit-codes.js';
import { temporaryFolder } from './testing/temporary-folder.js';

describe('errors', () => {
  it('keep their facts through plain data', () => {
    const error = new RaRftError({
      code: 'data',
      message: 'm',
      where: 'f:3',
      expected: 'e',
      hint: 'h',
      cause: new Error('c'),
    });
    const back = new RaRftError(JSON.parse(JSON.stringify(error.facts())) as ReturnType<RaRftError['facts']>);
    expect(back).toMatchObject({
      code: 'data',
      message: 'm',
      where: 'f:3',
      expected: 'e',
      hint: 'h',
      name: 'RaRftError',
    });
    expect((error.cause as Error).message).toBe('c');
  });

  it('are placed in the work where they do not say it themselves', () => {
    const lost = new RaRftError({ code: 'not-finite', message: 'm', where: 'tensor t', hint: 'First.' });
    const placed = atPlace('stage s', atPlace('arm a, step 3', lost, 'Then.'));
    expect(placed).toMatchObject({ where: 'stage s: arm a, step 3: tensor t', hint: 'First. Then.', message: 'm' });
    expect(atPlace('here', new RaRftError({ code: 'verifier', message: 'm' }))).toMatchObject({ where: 'here' });
    const other = new RaRftError({ code: 'data', message: 'm', where: 'f:3' });
    expect(atPlace('here', other)).toBe(other);
    expect(atPlace('here', 'text')).toBe('text');
  });

  it('turn system errors into io, with the path', async () => {
    const missing = await readFile('/no/such/file').catch((error: unknown) => error);
    expect(errorFacts(missing)).toMatchObject({ code: 'io', where: '/no/such/file' });
    const folder = await temporaryFolder();
    expect(errorFacts(await mkdir(folder).catch((error: unknown) => error))).toMatchObject({
      code: 'io',
      where: folder,
    });
  });

  it('say what to do about a full disk', () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
      syscall: 'write',
    });
    expect(errorFacts(full)).toMatchObject({ code: 'io', hint: expect.stringContaining('disk is full') as string });
  });

  it('take anything else that was thrown', () => {
    expect(errorFacts(new TypeError('t'))).toMatchObject({ code: 'internal', message: 't' });
    expect(errorFacts('text')).toEqual({ code: 'internal', message: 'text' });
    expect(errorFacts(undefined)).toEqual({ code: 'internal', message: 'undefined' });
  });

  it('have an exit code each, none twice, none that shells use themselves', () => {
    const codes = Object.values(errorCodes).map((facts) => facts.exitCode);
    expect(new Set(codes).size).toBe(codes.length);
    for (const code of codes) expect(code > 0 && code < 64).toBe(true);
    for (const code of Object.keys(errorCodes)) expect(errorDocsMarkdown()).toContain(`\`${code}\``);
  });
});
