import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeChatRun } from '../export/testing/chat-run.js';
import { raRft } from './testing/ra-rft.js';

describe('ra-rft export', () => {
  let folder: string;
  let run: string;
  let count = 0;
  const out = () => join(folder, `out-${count++}`);
  const refusal = (code: number, ...texts: string[]) => ({
    code,
    err: expect.stringMatching(new RegExp(texts.join('[\\s\\S]*'))) as string,
  });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ra-rft-test-'));
    const spread = { name: 'spread', train: 'words', test: 'none', contexts: { spread: 2, drop: 0.25 } };
    const borrowed = { name: 'at-test', train: 'none', test: 'words', policyOf: 'grpo' };
    const grpo = { name: 'grpo', train: 'none', test: 'none', recipe: 'dapo' };
    const ours = { name: 'ra-rft', train: 'words', test: 'words' };
    run = await writeChatRun({ folder, arms: [grpo, ours, spread, borrowed] });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('says what it has written and what is not carried over', async () => {
    const to = out();
    const { code, out: said, err } = await raRft('export', 'verl', run, '--out', to);
    expect(code).toBe(0);
    expect(said).toContain('arms/spread/train.parquet: 24 prompts, 24 with a context');
    expect(said).not.toContain('arms/at-test/train');
    expect(said).toContain('arms/at-test/test.parquet: 4 prompts, 4 with a context');
    expect(err).toContain('not carried over: spread: contexts.spread: the 2 prompts of a problem');
    expect(err).toContain('contexts.drop');
    expect(err).toContain('at-test: it takes the policy of grpo');
    const readme = await readFile(join(to, 'README.md'), 'utf8');
    expect(readme).toContain('contexts.drop');
    const script = await readFile(join(to, 'arms/grpo/train.sh'), 'utf8');
    expect(script).toContain('algorithm.filter_groups.enable=True');
    expect(script).toContain('clip_ratio_high=0.28');
  });

  it('exports one arm, and refuses another name with the nearest that there is', async () => {
    const { code, out: said } = await raRft(
      'export',
      'trl',
      run,
      '--arm',
      'ra-rft',
      '--format',
      'jsonl',
      '--out',
      out(),
    );
    expect(code).toBe(0);
    expect(said.match(/\.jsonl:/g)).toHaveLength(2);
    const arm = await raRft('export', 'trl', run, '--arm', 'rarft', '--out', out());
    expect(arm).toMatchObject(refusal(2, 'no arm named rarft', 'Did you mean ra-rft'));
    const retriever = await raRft('export', 'trl', run, '--retriever', 'word', '--out', out());
    expect(retriever).toMatchObject(refusal(2, 'no retriever named word', 'Did you mean words'));
    expect(await raRft('export', 'verrl', run)).toMatchObject(refusal(2, 'verrl', 'verl'));
  });

  it('writes into no folder that holds anything, its own neither', async () => {
    const to = out();
    expect((await raRft('export', 'verl', run, '--arm', 'grpo', '--out', to)).code).toBe(0);
    const before = await readFile(join(to, 'settings.json'), 'utf8');
    expect(await raRft('export', 'trl', run, '--out', to)).toMatchObject(refusal(8, 'holds files', '--out'));
    expect(await readFile(join(to, 'settings.json'), 'utf8')).toBe(before);
  });

  it('refuses a demo of what is no run, has no such arm, or no trained retriever', async () => {
    expect(await raRft('export', 'demo', join(folder, 'nothing'), '--out', out())).toMatchObject(
      refusal(7, 'there is no run'),
    );
    expect(await raRft('export', 'demo', run, '--arm', 'rarft')).toMatchObject(refusal(2, 'Did you mean ra-rft'));
    expect(await raRft('export', 'demo', run, '--out', out())).toMatchObject(
      refusal(7, 'no arm of the run', 'encoder'),
    );
  });

  it('refuses a run that has retrieved nothing yet, and what is no run', async () => {
    expect(await raRft('export', 'verl', join(folder, 'nothing'), '--out', out())).toMatchObject(
      refusal(7, 'there is no run'),
    );
    const file = join(run, 'retrieved/words.jsonl');
    const lines = await readFile(file, 'utf8');
    try {
      await rm(file);
      const missing = refusal(7, 'has not retrieved traces for its training problems with words', 'ra-rft retriever');
      expect(await raRft('export', 'verl', run, '--out', out())).toMatchObject(missing);
      expect((await raRft('export', 'verl', run, '--arm', 'grpo', '--out', out())).code).toBe(0);
      await writeFile(file, lines.split('\n').slice(1).join('\n'));
      expect(await raRft('export', 'verl', run, '--out', out())).toMatchObject(refusal(4, 'has no line'));
      await writeFile(file, lines.replace(/"traceId":"t\d"/, '"traceId":"gone"'));
      expect(await raRft('export', 'verl', run, '--out', out())).toMatchObject(refusal(4, 'gone is not in the corpus'));
    } finally {
      await writeFile(file, lines);
    }
  });
});
