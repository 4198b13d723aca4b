import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { configToYaml, resolveConfig } from '../../config/index.js';
import { readJsonlAll } from '../../core/jsonl.js';
import { RunFolder } from '../../runs/run-folder.js';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import type { Label } from '../../judge/index.js';
import { completion, startScriptedServer } from '../../llm/testing/scripted-server.js';
import { runPipeline } from '../pipeline.js';
import { openFakeEngine, writeTinyTask } from '../testing/tiny-task.js';

/** Labels of a tiny run. */
async function label(root: string, set: string[]): Promise<Label[]> {
  const file = await writeTinyTask(join(root, '..'));
  const config = resolveConfig({ file, set });
  const run = await RunFolder.open(root, { values: config, yaml: configToYaml(config) });
  try {
    await runPipeline(config, run, { until: 'labels', openEngine: openFakeEngine });
  } finally {
    await run.close();
  }
  return readJsonlAll<Label>(join(root, 'labels.jsonl'));
}

const pairOf = ({ problemId, traceId }: { problemId: string; traceId: string }) => `${problemId}/${traceId}`;

describe('labels within a budget', () => {
  const budget = ['labels.judge=truth', 'labels.maxCandidates=40', 'labels.selection.pairs=budget'];
  const small = ['labels.selection.share=0.3', 'labels.selection.rounds=1', 'labels.selection.quickSteps=3'];

  it('a share of the pairs is judged, each with its reason; others are inferred; the run says how far to trust that', async () => {
    const folder = await temporaryFolder();
    const all = await label(join(folder, 'all'), ['labels.judge=truth', 'labels.maxCandidates=40']);
    const root = join(folder, 'some');
    const some = await label(root, [...budget, ...small]);
    const judged = some.filter(({ chosen }) => chosen !== undefined);
    expect(judged.length).toBeLessThanOrEqual(Math.floor(all.length * 0.3));
    expect(new Set(judged.map(({ chosen }) => chosen))).toContain('fit');
    const right = new Map(all.map((one) => [pairOf(one), one]));
    for (const one of some)
      expect(one).toMatchObject({ relevant: (right.get(pairOf(one)) as { relevant: boolean }).relevant });
    const events = await readJsonlAll<{ kind: string }>(join(root, 'events.jsonl'));
    expect(events.find(({ kind }) => kind === 'selection')).toMatchObject({
      judged: judged.length,
      inferred: some.length - judged.length,
    });
  });

  it('a stopped stage goes on with the verdicts that are there', async () => {
    const root = join(await temporaryFolder(), 'run');
    const whole = await label(root, [...budget, ...small]);
    const path = join(root, 'label-waves.jsonl');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.slice(0, text.length / 2));
    await writeFile(join(root, 'stages', 'labels.json'), '{}');
    expect(await label(root, [...budget, ...small])).toEqual(whole);
    expect(await readFile(path, 'utf8')).toBe(text);
  });
});

describe('labels within a budget from a server', () => {
  it('stopped at a limit of calls it goes on to the same labels, and no call is made twice', async () => {
    const folder = await temporaryFolder();
    const server = await startScriptedServer(({ body }) => {
      // The solutions name their rule: zib or gop.
      const rules = [...(body.messages?.[1]?.content ?? '').matchAll(/\b(zib|gop)\b/g)].map(([rule]) => rule);
      return completion(
        JSON.stringify({ justification: 'same rule', verdict: rules[0] === rules.at(-1) ? 'yes' : 'no' }),
      );
    });
    onTestFinished(() => server.close());
    const set = [
      'labels.judge=llm',
      `llm.baseUrl=${server.baseUrl}`,
      'llm.model=small',
      'llm.apiKeyEnv=null',
      'labels.maxCandidates=40',
      'labels.selection.pairs=budget',
      'labels.selection.share=0.3',
      'labels.selection.rounds=0',
    ];
    const whole = await label(join(folder, 'whole'), set);
    const calls = server.seen.length;
    expect(whole.filter(({ chosen }) => chosen !== undefined)).toHaveLength(calls);
    expect(whole.some((one) => 'inferred' in one)).toBe(true);
    const root = join(folder, 'stopped');
    await expect(label(root, [...set, 'llm.maxCalls=20'])).rejects.toMatchObject({ code: 'budget' });
    expect(server.seen).toHaveLength(calls + 20);
    expect(await label(root, [...set, 'llm.maxCalls=1000'])).toEqual(whole);
    expect(server.seen).toHaveLength(2 * calls);
  });
});

describe('exclude lists', () => {
  it('keep a pair out of the labels', async () => {
    const folder = await temporaryFolder();
    const judge = 'labels.judge=truth';
    const free = await label(join(folder, 'free'), [judge, 'labels.maxCandidates=40']);
    const { problemId, traceId } = free[0]!;
    const lists = join(folder, 'exclude.jsonl');
    await writeFile(lists, `${JSON.stringify({ problemId, traceIds: [traceId] })}\n`);
    const guarded = await label(join(folder, 'guarded'), [
      judge,
      'labels.maxCandidates=40',
      `data.excludeLists=${lists}`,
    ]);
    const kept = free.map(pairOf).filter((pair) => pair !== `${problemId}/${traceId}`);
    expect(guarded.map(pairOf)).toEqual(kept);
  });
});
