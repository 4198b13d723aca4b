import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { writeJsonl } from '../data/index.js';
import { smallHub } from '../data/testing/small-hub.js';
import { adder, sums } from '../eval/policy/testing/sums.js';
import { completion, startScriptedServer, type Behaviour, type SeenRequest } from '../llm/testing/scripted-server.js';
import { raRft } from './testing/ra-rft.js';

async function setting(behave: (request: SeenRequest) => Behaviour = adder) {
  const server = await startScriptedServer(behave);
  onTestFinished(() => server.close());
  const folder = await temporaryFolder();
  const data = join(folder, 'sums.jsonl');
  await writeJsonl(
    data,
    sums.map(({ id, question, answer }, i) => ({ ID: id, Problem: question, Answer: Number(answer), n: i })),
  );
  const out = join(folder, 'out');
  const evaluate = (...args: string[]) =>
    raRft(
      'eval',
      '--policy',
      server.baseUrl,
      '--model',
      'm',
      '--out',
      out,
      '--quiet',
      '--set',
      'reward=boxed',
      ...args,
    );
  return { server, folder, data, out, evaluate };
}

describe('ra-rft eval --policy', () => {
  test('a benchmark by its name: table, samples, figures', async () => {
    const { server, data, out, evaluate } = await setting();
    const { code, out: text, err } = await evaluate('--data', data, '--preset', 'aime24', '--k', '4', '--limit', '5');
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(text).toMatch(/data +n +average@4 +pass@4 +maj@4 +samples +cut off +no answer +too costly/);
    expect(text).toMatch(/aime24 +5 +\d+\.\d \[/);
    expect(server.seen).toHaveLength(20);
    const evaluation = JSON.parse(await readFile(join(out, 'eval.json'), 'utf8')) as { scores: object[] };
    expect(evaluation.scores).toMatchObject([
      { split: 'aime24', n: 5, k: 4, passAt: { length: 4 }, majAt: { length: 4 } },
    ]);
  });

  test('a data set of the Hub: its test split, fetched once', async () => {
    const text = (n: number) => `${JSON.stringify({ question: sums[n]!.question, answer: sums[n]!.answer })}\n`;
    const hub = await smallHub({ 'data/train-0.jsonl': text(0), 'data/test-0.jsonl': text(1) + text(2) });
    vi.stubEnv('HF_ENDPOINT', hub.hubUrl);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { evaluate, out } = await setting();
    const ask = () => evaluate('--data', 'hf://datasets/tiny/math', '--k', '1');
    expect(await ask()).toMatchObject({ code: 0, out: expect.stringMatching(/math +2/) as string });
    hub.close();
    expect(await ask()).toMatchObject({ code: 0 });
    expect([...new Set(hub.served)]).toEqual(['data/test-0.jsonl']);
    const { data } = JSON.parse(await readFile(join(out, 'eval.json'), 'utf8')) as { data: object[] };
    expect(data).toMatchObject([{ name: 'math', path: 'hf://datasets/tiny/math', problems: 2 }]);
  });

  test('a key of earlier versions is taken, and told', async () => {
    const { data, evaluate, server } = await setting();
    const { code, err } = await evaluate(
      '--data',
      data,
      '--limit',
      '1',
      '--set',
      'rl.maxTokens=77',
      '--set',
      'eval.k=1',
    );
    expect({ code, err }).toEqual({
      code: 0,
      err: expect.stringContaining('rl.maxTokens (--set rl.maxTokens=77)') as string,
    });
    expect(server.seen[0]!.body).toMatchObject({ max_tokens: 77 });
  });

  test('several files, each with figures of its own; one sample has neither pass@k nor maj@k', async () => {
    const { folder, data, evaluate } = await setting();
    const more = join(folder, 'more.jsonl');
    await writeJsonl(more, sums.slice(0, 2));
    const files = ['--data', `${data},other=${more}`];
    const { code, out: text } = await evaluate(...files, '--preset', 'aime25,plain', '--k', '1', '--max-tokens', '99');
    expect(code).toBe(0);
    expect(text).toMatch(/aime25 +6/);
    expect(text).toMatch(/other +2/);
    expect(text).not.toMatch(/pass@|maj@/);
    await writeJsonl(join(folder, 'part-1.jsonl'), sums.slice(0, 2));
    await writeJsonl(join(folder, 'part-2.jsonl'), sums.slice(2));
    const parts = ['--data', join(folder, 'part-*.jsonl'), '--k', '1', '--out', join(folder, 'parts')];
    expect((await evaluate(...parts, '--preset', 'aime26')).out).toMatch(/aime26 +6/);
    const twice = await evaluate('--data', `${data},${data}`);
    expect(twice).toMatchObject({ code: 2, err: expect.stringContaining('two files are named sums') as string });
  });

  test('a key goes to the server and into no file; an open server needs none', async () => {
    const { server, data, out, evaluate } = await setting();
    process.env['RA_RFT_EVAL_KEY'] = 'secret-key-1';
    onTestFinished(() => void delete process.env['RA_RFT_EVAL_KEY']);
    const args = ['--data', data, '--k', '1', '--limit', '1'];
    expect((await evaluate(...args, '--set', 'llm.apiKeyEnv=RA_RFT_EVAL_KEY')).code).toBe(0);
    expect(server.seen[0]!.headers['authorization']).toBe('Bearer secret-key-1');
    for (const name of ['settings.json', 'eval.json', 'samples.jsonl', 'replies.jsonl'])
      expect(await readFile(join(out, name), 'utf8')).not.toContain('secret-key-1');
    const open = await evaluate(...args, '--set', 'llm.apiKeyEnv=RA_RFT_NO_SUCH_KEY', '--out', `${out}2`);
    expect(open.code).toBe(0);
    expect(server.seen[1]!.headers['authorization']).toBeUndefined();
  });

  test('where nothing comes the exit code and the reason say so', async () => {
    const away = await setting(() => ({ status: 401, json: { error: { message: 'bad key' } } }));
    expect(await away.evaluate('--data', away.data)).toMatchObject({
      code: 12,
      err: expect.stringContaining('bad key') as string,
    });
    const aborting = await setting(() => completion('\\boxed{3}', { finishReason: 'abort' }));
    const few = ['--k', '1', '--limit', '1', '--set', 'llm.retries=0'];
    expect(await aborting.evaluate('--data', aborting.data, ...few)).toMatchObject({
      code: 12,
      err: expect.stringMatching(/no answer to any of 1 samples.*broke the reply off \(abort\)/) as string,
    });
  });

  test('options that do not fit together are refused', async () => {
    const { folder, data, evaluate } = await setting();
    const refused = async (args: string[], where: string) =>
      expect(await raRft('eval', ...args)).toMatchObject({ code: 2, err: expect.stringContaining(where) as string });
    await refused(['--data', data], '--data');
    await refused(['--policy', 'embedded'], '--data');
    await refused(['--policy', 'embedded', '--data', data, '--name', 'x'], '--name');
    await refused(['--policy', 'embedded', '--data', data, '--model', 'x'], '--model');
    await refused(['--policy', 'embedded', '--data', data, '--preset', 'aime99'], 'aime24');
    await refused(['--policy', 'embedded', '--data', data, '--trace-from', 'bm25'], '--corpus');
    await refused(['--policy', 'embedded', '--data', data, '--limit', '0'], '--limit');
    await refused(['--policy', 'embedded', '--data', data, '--traces', '3'], '--traces');
    expect(await evaluate('--data', data, '--k', '0')).toMatchObject({ code: 3 });
    // A server is not told of these; what is refused leaves no folder that the right command would be refused for.
    for (const key of [
      'eval.generation.topP=0.9',
      'generation.topK=5',
      'generation.stop=[x]',
      'prompt.layout=completion',
    ])
      expect(await evaluate('--data', data, '--set', key)).toMatchObject({
        code: 3,
        err: expect.stringContaining(`where:    ${key.split('=')[0]}`) as string,
      });
    const missing = join(folder, 'missing.jsonl');
    expect(await evaluate('--data', data, '--corpus', missing)).toMatchObject({
      code: 8,
      err: expect.stringContaining(missing) as string,
    });
    expect(await evaluate('--data', data, '--set', `reward=${join(folder, 'missing.mjs')}`)).toMatchObject({
      code: 3,
      err: expect.stringContaining('missing.mjs') as string,
    });
    expect(await readdir(folder)).toEqual(['sums.jsonl']);
    expect(await evaluate('--data', data)).toMatchObject({ code: 0 });
  });

  test('the embedded model', async () => {
    const { folder, out } = await setting();
    const world = join(folder, 'world');
    await raRft('world', 'generate', world);
    const args = ['--policy', 'embedded', '--data', join(world, 'tests.jsonl'), '--k', '2', '--limit', '8'];
    const { code, out: text } = await raRft(
      'eval',
      ...args,
      '--corpus',
      join(world, 'corpus.jsonl'),
      '--out',
      out,
      '--quiet',
    );
    expect(code).toBe(0);
    expect(text).toMatch(/tests\/seen +8/);
  });

  test('an arm of a run is its newest checkpoint; a folder that is no model leaves its place to the right one', async () => {
    const { folder, out } = await setting();
    const arm = join(folder, 'policy', 'ra-rft');
    for (const step of ['step-000002', 'step-000010'])
      await cp('assets/base', join(arm, step), { recursive: true, filter: (path) => !path.endsWith('.gz') });
    const world = join(folder, 'world');
    await raRft('world', 'generate', world);
    const evaluate = (policy: string) => {
      const what = ['--policy', policy, '--preset', 'plain', '--data', join(world, 'tests.jsonl')];
      const how = ['--k', '1', '--limit', '2', '--max-tokens', '20', '--out', out, '--quiet', '--set', 'reward=boxed'];
      return raRft('eval', ...what, ...how, '--set', 'prompt.layout=completion');
    };
    expect(await evaluate(join(folder, 'policy'))).toMatchObject({
      code: 5,
      err: expect.stringContaining('cannot read'),
    });
    expect(await evaluate(arm)).toMatchObject({ code: 0 });
    const { settings } = JSON.parse(await readFile(join(out, 'eval.json'), 'utf8')) as { settings: object };
    expect(settings).toMatchObject({ policy: { model: join(arm, 'step-000010') } });
  });
});
