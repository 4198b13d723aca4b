/** What real use found, run as a user runs it; the inputs stand beside the repository, where they are at hand. */
import { spawn } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { raRft } from '../src/cli/testing/ra-rft.js';
import { readJsonlAll } from '../src/core/jsonl.js';
import { temporaryFolder } from '../src/core/testing/temporary-folder.js';
import type { Problem } from '../src/data/index.js';
import type { Label } from '../src/judge/index.js';

const reports = join(import.meta.dirname, '../../shared/data/reports');
const there = existsSync(reports);
if (!there) console.log('reports of real use are not beside the repository: their tests are skipped');

/** A copy of the reports to work in. */
async function copied(): Promise<string> {
  const folder = join(await temporaryFolder(), 'reports');
  cpSync(reports, folder, { recursive: true });
  return folder;
}

/** Runs the small task of the reports, whole or up to its labels, on one of its data files. */
async function run(verb: 'run' | 'judge', folder: string, data: string, ...more: string[]) {
  const set = ['--set', `data.problems.path=${join(folder, 'data', data)}`, ...more];
  const runs = ['--runs', join(folder, 'runs'), '--quiet'];
  return raRft(verb, '--config', join(folder, 'data', 't.yaml'), ...set, ...runs);
}

describe.skipIf(!there)('data files', () => {
  test('GSM8K as published has its golds at the end of its answers', async () => {
    const folder = await copied();
    expect((await run('judge', folder, 'gsm8k.jsonl')).code).toBe(0);
    const train = await readJsonlAll<Problem>(join(folder, 'runs', 't', 'data', 'train.jsonl'));
    for (const { answer, solution } of train) {
      expect(answer).toMatch(/^\d+$/);
      expect(solution).toContain(`\\boxed{${answer}}`);
    }
  });

  test('answers that are null are told with file and line', async () => {
    const folder = await copied();
    const { code, err } = await run('judge', folder, 'nullans.jsonl');
    expect({ code, err }).toMatchObject({ code: 4, err: expect.stringMatching(/null[^]*nullans\.jsonl:1/) as string });
  });

  test('integers of any size keep their digits', async () => {
    const folder = await copied();
    await run('judge', folder, 'bigint.jsonl', '--set', 'labels.excludeSameAnswer=false');
    const train = await readJsonlAll<Problem>(join(folder, 'runs', 't', 'data', 'train.jsonl'));
    expect(new Set(train.map(({ answer }) => answer))).toEqual(new Set(['123456789012345678901234567890']));
  });
});

describe.skipIf(!there)('reward modules', () => {
  test.each([
    ['throw.mjs', 10, 'threw: boom'],
    ['v_NaN.mjs', 10, 'the reward NaN'],
    ['throwsome.mjs', 0, 'got no reward'],
  ])('%s ends with %i', async (module, code, text) => {
    const folder = await copied();
    const done = await run('run', folder, 'plain.jsonl', '--set', `reward=${join(folder, 'reward', module)}`);
    expect(done).toMatchObject({ code, err: expect.stringContaining(text) as string });
  });
});

/** Labels of the small task by the reports' server in one of its modes. */
async function judged(mode: string) {
  const folder = await copied();
  const port = await freePort();
  const server = spawn(process.execPath, [join(folder, 'llm', 'srv.mjs'), mode, String(port)], { stdio: 'ignore' });
  onTestFinished(() => void server.kill());
  await answering(port);
  const limits = ['--set', 'llm.timeoutSeconds=1', '--set', 'llm.retries=1'];
  const where = ['--set', `llm.baseUrl=http://127.0.0.1:${port}/v1`, '--runs', join(folder, 'runs'), '--quiet'];
  const { code } = await raRft('judge', 'run', '--config', join(folder, 'llm', 'llm.yaml'), ...limits, ...where);
  const file = join(folder, 'runs', 'l', 'labels.jsonl');
  const labels = existsSync(file) ? await readJsonlAll<Label>(file) : [];
  const count = (verdict: boolean) => labels.filter((l) => 'relevant' in l && l.relevant === verdict).length;
  return { code, yes: count(true), no: count(false) };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answering(port: number): Promise<void> {
  const asked = () =>
    fetch(`http://127.0.0.1:${port}/v1/models`).then(
      () => true,
      () => false,
    );
  await expect.poll(asked, { timeout: 20_000 }).toBe(true);
}

describe.skipIf(!there)('language model servers', () => {
  test.each(['right', 'think', 'think2', 'think3', 'think4', 'thinkonlyclose', 'reasoning2', 'nojson', 'noschema'])(
    '%s gives the verdict after the thinking',
    async (mode) => expect(await judged(mode)).toEqual({ code: 0, yes: 9, no: 0 }),
  );

  test.each(['maxtok', 'temp', 'both', 'openai5', 'seed', 'arr', 'nousage', 'trailing'])(
    '%s is understood',
    async (mode) => expect(await judged(mode)).toEqual({ code: 0, yes: 9, no: 0 }),
  );

  test.each([
    'thinkcut',
    'cut',
    'empty',
    'html',
    'nochoices',
    'refuse',
    'filter',
    '401',
    '404',
    '429quota',
    'drip',
    'reset',
  ])('%s gives no label and ends with 12', async (mode) =>
    expect(await judged(mode)).toEqual({ code: 12, yes: 0, no: 0 }),
  );
});
