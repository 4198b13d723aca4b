import { describe, expect, it } from 'vitest';
import { runProcess, type ProcessLimits } from './worker-process.js';

const url = new URL('./testing/process-worker.js', import.meta.url);
const limits: ProcessLimits = { inputMs: 60_000, timeoutMs: 60_000, maxBytes: 10_000_000 };

async function* lines(...texts: string[]) {
  for (const text of texts) yield await Promise.resolve(`${text}\n`);
}

describe('runProcess', () => {
  it('gives a module its input and gives back what it printed', async () => {
    const long = 'ä'.repeat(200_000);
    expect(await runProcess(url, lines('echo', long), limits)).toEqual({ out: `${long}\n`, err: '' });
  });

  it('tells it nothing of the environment', async () => {
    process.env['SECRET_OF_THE_TEST'] = 'secret';
    const { out } = await runProcess(url, lines('environment'), limits);
    delete process.env['SECRET_OF_THE_TEST'];
    expect(JSON.parse(out)).not.toContain('SECRET_OF_THE_TEST');
  });

  it('ends one that does not end', async () => {
    expect(await runProcess(url, lines('hang'), { ...limits, timeoutMs: 500 })).toMatchObject({ ended: 'time' });
  });

  it('ends one that prints too much', async () => {
    expect(await runProcess(url, lines('shout'), { ...limits, maxBytes: 100_000 })).toMatchObject({ ended: 'size' });
  });

  it('ends with its caller', async () => {
    const controller = new AbortController();
    const run = runProcess(url, lines('hang'), { ...limits, signal: controller.signal });
    setTimeout(() => controller.abort(), 100);
    expect(await run).toMatchObject({ ended: 'caller' });
    expect(await runProcess(url, lines('hang'), { ...limits, signal: controller.signal })).toMatchObject({
      ended: 'caller',
    });
  });

  it('says what a module says that fails', async () => {
    const { out, err } = await runProcess(url, lines('fail'), limits);
    expect(out).toBe('');
    expect(err).toContain('it failed');
  });

  it('passes on what the input throws, and ends where it never comes', async () => {
    async function* broken() {
      yield await Promise.resolve('echo\n');
      throw new Error('the file is gone');
    }
    await expect(runProcess(url, broken(), limits)).rejects.toThrow('the file is gone');
    async function* never() {
      yield 'echo\n';
      await new Promise((resolve) => setTimeout(resolve, 3000).unref());
    }
    expect(await runProcess(url, never(), { ...limits, inputMs: 300 })).toMatchObject({ ended: 'input' });
  });
});
