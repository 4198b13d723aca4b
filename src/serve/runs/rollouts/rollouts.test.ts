import { appendFile, cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readJsonlAll } from '../../../core/jsonl.js';
import { temporaryFolder } from '../../../core/testing/temporary-folder.js';
import type { EvalRecord } from '../../../eval/index.js';
import type { GroupRecord } from '../../../rl/index.js';
import { rawRequest, ready } from '../../testing/served.js';
import { tinyRuns } from '../../testing/tiny-runs.js';
import type { RolloutAnswer, RolloutList, SameProblem, StepAnswer, StepList } from './schemas.js';
import { rolloutQuery } from './schemas.js';
import { searchRollouts } from './search.js';
import { filesOfArm } from './step-files.js';

const { folder } = tinyRuns('tiny');

/** Asks a server over the runs. */
async function asking(runs = folder()): Promise<<T>(path: string, status?: number) => Promise<T>> {
  const { url } = await ready([], { runs });
  return async (path, status = 200) => {
    const answer = await rawRequest(`${url}/v1/runs/${path}`);
    expect(answer.status, answer.text).toBe(status);
    return answer.json();
  };
}

/** A copy of the tiny run, for a test that changes it. */
async function changed(change: (root: string) => Promise<void>): Promise<string> {
  const runs = await temporaryFolder();
  await cp(join(folder(), 'tiny'), join(runs, 'tiny'), { recursive: true });
  await change(join(runs, 'tiny'));
  return runs;
}

const rollouts = (step = 1) =>
  readJsonlAll<GroupRecord>(join(folder(), 'tiny', 'rollouts', 'ra-rft', `00000${step}.jsonl`));

describe('steps', () => {
  it('are listed by arm: training, then evaluations', async () => {
    const ask = await asking();
    const { arms } = await ask<StepList>('tiny/steps');
    expect(arms.map(({ arm }) => arm)).toEqual(['grpo', 'ra-rft']);
    expect(arms[1]!.steps.map(({ key }) => key)).toEqual(['1', '2', 'eval-0', 'eval-2', 'greedy-2', 'contexts-2']);
  });

  it('have their metrics with what they mean, and their comparisons', async () => {
    const ask = await asking();
    const answer = await ask<StepAnswer>('tiny/steps/ra-rft/1');
    const lines = await rollouts();
    expect(answer.groups.map(({ problemId }) => problemId)).toEqual(lines.map(({ problemId }) => problemId));
    expect(answer.groups[0]!.responses.map(({ advantage }) => advantage)).toEqual(
      lines[0]!.rollouts.map(({ advantage }) => advantage),
    );
    expect(answer.signals.mixed).toBe(lines.filter(({ signal }) => signal === 'mixed').length);
    expect(Object.values(answer.signals).reduce((a, b) => a + b)).toBe(lines.length);
    expect(answer.metrics.find(({ name }) => name === 'mixedShare')?.meaning).toContain('gradient');
    expect(answer.metrics.every(({ meaning }) => meaning !== undefined)).toBe(true);
    const mixed = await ask<StepAnswer>('tiny/steps/ra-rft/1?signal=mixed');
    expect(mixed.groups).toHaveLength(answer.signals.mixed);
  });

  it('of an evaluation have the figures of the summary', async () => {
    const ask = await asking();
    const { metrics, groups } = await ask<StepAnswer>('tiny/steps/ra-rft/eval-2');
    const summary = JSON.parse(await readFile(join(folder(), 'tiny', 'summary.json'), 'utf8')) as {
      arms: { name: string; average: number; ci95: [number, number] }[];
    };
    const { average, ci95 } = summary.arms.find(({ name }) => name === 'ra-rft')!;
    const [low, high] = ci95.map((x) => (100 * x).toFixed(1));
    expect(metrics[0]!.value).toMatch(`${(100 * average).toFixed(1)} [${low}, ${high}] %`);
    expect(groups[0]!.responses).toHaveLength(2);
    const greedy = await ask<StepAnswer>('tiny/steps/ra-rft/greedy-2');
    expect(greedy.signals.failed).toBe(0);
  });

  it('that are not there are refused, whatever they are called', async () => {
    const ask = await asking();
    for (const path of [
      'tiny/steps/ra-rft/9',
      'tiny/steps/ra-rf/1',
      'tiny/steps/..%2F..%2Ftiny/1',
      'tiny/steps/ra-rft/..%2F1',
      'tiny/steps/ra-rft/%00',
      'none/steps',
      '..%2Ftask/steps',
    ])
      expect(await ask(path, 400), path).toMatchObject({ error: { code: 'usage' } });
    expect(await ask('tiny/steps/ra-rf/1', 400)).toMatchObject({ error: { hint: 'Did you mean ra-rft?' } });
  });
});

describe('rollouts that are looked for', () => {
  it('are those that all filters take', async () => {
    const ask = await asking();
    const lines = (await Promise.all([rollouts(1), rollouts(2)])).flat();
    const all = lines.flatMap(({ traceIds, rollouts: own }) => own.map((one) => ({ ...one, traceIds })));
    const count = async (query: string) => (await ask<RolloutList>(`tiny/rollouts/ra-rft?${query}`)).matched;
    expect(await count('')).toBe(all.length);
    expect(await count('outcome=match')).toBe(all.filter(({ verdict }) => verdict.outcome === 'match').length);
    expect(await count('minTokens=2&maxTokens=5')).toBe(
      all.filter(({ tokens }) => tokens.length >= 2 && tokens.length <= 5).length,
    );
    const trace = lines[3]!.traceIds[0]!;
    expect(await count(`trace=${trace}`)).toBe(all.filter(({ traceIds }) => traceIds.includes(trace)).length);
    expect(await count('rule=module&text=PEARS')).toBeGreaterThan(0);
    expect(await count('rule=other')).toBe(0);
  });

  it('are found by the text of the problem, too', async () => {
    const ask = await asking();
    const [line] = await rollouts();
    const { groups } = await ask<StepAnswer>('tiny/steps/ra-rft/1');
    const query = new URLSearchParams({ step: '1', text: groups[0]!.question as string });
    const found = await ask<RolloutList>(`tiny/rollouts/ra-rft?${query.toString()}`);
    expect(found.matched).toBe(line!.rollouts.length);
    expect(found.rows[0]).toMatchObject({ key: '1', group: 0, sample: 0, question: groups[0]!.question });
  });

  it('come in pages of 50, and a search says where it stopped', async () => {
    const root = join(folder(), 'tiny');
    const files = await filesOfArm(root, 'ra-rft');
    const query = rolloutQuery.parse({});
    const whole = await searchRollouts(root, files, query);
    expect(whole).toMatchObject({ steps: { first: '1', last: '2' } });
    expect(whole.next).toBeUndefined();
    const first = await searchRollouts(root, files, query, 1);
    expect(first).toMatchObject({ steps: { first: '1', last: '1' }, next: 2 });
    const rest = await searchRollouts(root, files, { ...query, from: first.next! }, 1);
    expect(first.matched + rest.matched).toBe(whole.matched);
    const runs = await changed(async (own) => {
      const path = join(own, 'rollouts', 'ra-rft', '000001.jsonl');
      await writeFile(path, (await readFile(path, 'utf8')).repeat(4));
    });
    const ask = await asking(runs);
    const pages = await Promise.all([0, 1].map((page) => ask<RolloutList>(`tiny/rollouts/ra-rft?step=1&page=${page}`)));
    expect(pages.map(({ rows }) => rows.length)).toEqual([50, pages[0]!.matched - 50]);
    expect(pages[0]!.pages).toBe(2);
  });

  it('of a file that is being written are those of its whole lines; a damaged line is said', async () => {
    const path = (root: string) => join(root, 'rollouts', 'ra-rft', '000002.jsonl');
    const { length } = await rollouts(2);
    const torn = await asking(await changed((root) => appendFile(path(root), '{"step":2,"prob')));
    expect((await torn<StepAnswer>('tiny/steps/ra-rft/2')).groups).toHaveLength(length);
    const damaged = await asking(
      await changed(async (root) => writeFile(path(root), `{oops\n${await readFile(path(root), 'utf8')}`)),
    );
    expect(await damaged('tiny/steps/ra-rft/2', 400)).toMatchObject({ error: { code: 'data' } });
  });
});

describe('a rollout', () => {
  it('has everything that was kept of it, token by token', async () => {
    const ask = await asking();
    const [line] = await rollouts();
    const own = line!.rollouts[1]!;
    const answer = await ask<RolloutAnswer>('tiny/rollouts/ra-rft/1/0/1');
    expect(answer).toMatchObject({ text: own.text, reward: own.reward, advantage: own.advantage, groups: 6 });
    expect(answer.pieces!.map(({ text }) => text).join('')).toContain(own.text);
    expect(answer.pieces!.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(own.tokens.length);
    expect(answer.pieces!.reduce((sum, { logprob }) => sum + logprob!, 0)).toBeCloseTo(
      own.logprobs.reduce((a, b) => a + b),
      6,
    );
    expect(answer.traces[0]!.trace).toContain('\\boxed');
    expect(answer.prompt!.map(({ text }) => text).join('')).toContain('Problem');
    expect(answer.notes).toEqual([]);
  });

  it('of an evaluation has its prompt made again, of the length that it had', async () => {
    const ask = await asking();
    const answer = await ask<RolloutAnswer>('tiny/rollouts/ra-rft/eval-2/0/1');
    expect(answer.prompt!.map(({ text }) => text).join('')).toContain(answer.problem.question!.split(' ')[0]);
    expect(answer.pieces!.every(({ logprob }) => logprob === undefined)).toBe(true);
    const path = (root: string) => join(root, 'eval', 'ra-rft', '000002.jsonl');
    const other = await changed(async (root) => {
      const records = await readJsonlAll<EvalRecord>(path(root));
      const text = records.map((one) => JSON.stringify({ ...one, promptTokens: one.promptTokens + 1 })).join('\n');
      await writeFile(path(root), `${text}\n`);
    });
    const without = await (await asking(other))<RolloutAnswer>('tiny/rollouts/ra-rft/eval-2/0/1');
    expect(without.prompt).toBeUndefined();
    expect(without.notes[0]).toMatch('cannot be shown');
  });

  it('is shown without what is gone: corpus, problem, model', async () => {
    const runs = await changed(async (root) => {
      const config = join(root, 'config.yaml');
      await writeFile(config, (await readFile(config, 'utf8')).replace(/^( +path: ).*model$/m, '$1/no/such/model'));
      await rm(join(root, 'data'), { recursive: true });
    });
    const answer = await (await asking(runs))<RolloutAnswer>('tiny/rollouts/ra-rft/1/0/1');
    expect(answer.pieces).toBeUndefined();
    expect(answer.notes[0]).toMatch('/no/such/model');
    expect(answer.traces[0]).toEqual({ id: expect.any(String) as string });
    expect(answer.text).not.toBe('');
  });

  it('that is not there is refused', async () => {
    const ask = await asking();
    for (const path of ['1/99/0', '1/0/4', '1/-1/0', '1/0/x', '1/0/1e1'])
      expect(await ask(`tiny/rollouts/ra-rft/${path}`, 400), path).toMatchObject({ error: { code: 'usage' } });
  });

  it('knows the other places of its problem', async () => {
    const ask = await asking();
    const [line] = await readJsonlAll<EvalRecord>(join(folder(), 'tiny', 'eval', 'grpo', '000002.jsonl'));
    const { places, stopped } = await ask<SameProblem>(`tiny/same-problem?problem=${line!.problemId}`);
    expect(places.map(({ arm, key }) => `${arm} ${key}`)).toEqual([
      ...['grpo', 'ra-rft'].flatMap((arm) => ['eval-0', 'eval-2', 'greedy-2'].map((key) => `${arm} ${key}`)),
      // Two traces, one by one.
      ...['contexts-2', 'contexts-2'].map((key) => `ra-rft ${key}`),
    ]);
    expect(stopped).toBeUndefined();
    expect(await ask('tiny/same-problem?problem=none')).toEqual({ places: [] });
  });
});
