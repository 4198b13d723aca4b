/** Any file of a run folder may be replaced: what comes after follows what stands in it, or is refused. */
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { configToYaml, resolveConfig } from '../config/index.js';
import { readJsonlAll } from '../core/jsonl.js';
import { RunFolder } from '../runs/run-folder.js';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { writeJsonl, type Problem } from '../data/index.js';
import type { DecidedLabel, Label } from '../judge/index.js';
import { runPipeline, type LastStage } from './pipeline.js';
import type { RetrievedRecord } from './retrieve/retrieved-file.js';
import { openFakeEngine, writeTinyTask } from './testing/tiny-task.js';

let root: string;
let file: string;
beforeEach(async () => {
  const folder = await temporaryFolder();
  root = join(folder, 'run');
  file = await writeTinyTask(folder);
});

/** Runs to the given stage; returns the stages that ran. */
async function runTo(until?: LastStage, again = false): Promise<string[]> {
  const config = resolveConfig({ file });
  const run = await RunFolder.open(root, { values: config, yaml: configToYaml(config) });
  const before = await eventCount();
  try {
    await runPipeline(config, run, { openEngine: openFakeEngine, again, ...(until && { until }) });
  } finally {
    await run.close();
  }
  const events = (await readJsonlAll<{ kind: string; stage: string }>(join(root, 'events.jsonl'))).slice(before);
  return events.filter(({ kind }) => kind === 'stage-finished').map(({ stage }) => stage);
}

const eventCount = async () => (await readJsonlAll(join(root, 'events.jsonl')).catch(() => [])).length;
const text = (name: string) => readFile(join(root, name), 'utf8');

async function edit<T>(name: string, change: (lines: T[]) => unknown[]): Promise<void> {
  await writeJsonl(join(root, name), change(await readJsonlAll<T>(join(root, name))));
}

const flip = (labels: Label[]) =>
  labels.map((label) => ('relevant' in label ? { ...label, relevant: !label.relevant } : label));

describe('an edited file before the arms', () => {
  it('labels.jsonl: the retriever is trained on what stands there, and searched with anew', async () => {
    await runTo('retriever');
    expect(await runTo('retriever')).toEqual([]);
    const before = await text('retrieved/learned.jsonl');
    await edit('labels.jsonl', flip);
    const edited = await text('labels.jsonl');
    // The others were never trained on labels; whether their hits are positives is read anew.
    expect(await runTo('retriever')).toEqual(['retriever-learned', 'retrieved-learned']);
    expect(await text('labels.jsonl')).toBe(edited);
    expect(await text('retrieved/learned.jsonl')).not.toBe(before);
    // The old file put back gives the old hits.
    await edit('labels.jsonl', flip);
    await runTo('retriever');
    expect(await text('retrieved/learned.jsonl')).toBe(before);
  });

  it('labels.jsonl with labels of unknown problems: they are left out; with lines that are none: refused with the line', async () => {
    await runTo('labels');
    const [first] = (await readJsonlAll<DecidedLabel>(join(root, 'labels.jsonl'))) as [DecidedLabel];
    const intact = await text('labels.jsonl');
    await writeFile(
      join(root, 'labels.jsonl'),
      `${intact}${JSON.stringify({ ...first, problemId: 'nobody', key: 'x' })}\n`,
    );
    await runTo('retriever');
    await writeFile(join(root, 'labels.jsonl'), `${JSON.stringify({ ...first, relevant: 'yes' })}\n${intact}`);
    await expect(runTo('retriever')).rejects.toMatchObject({ code: 'data', where: `${join(root, 'labels.jsonl')}:1` });
  });

  it('data/train.jsonl: everything after it runs anew', async () => {
    await runTo('retriever');
    await edit<Problem>('data/train.jsonl', (problems) => problems.slice(0, -1));
    expect(await runTo('retriever')).toEqual(
      expect.arrayContaining(['labels', 'retriever-learned', 'retrieved-learned', 'retrieved-random']),
    );
  });

  it('data/train.jsonl with a line that is no problem, or an id twice: refused with the line', async () => {
    await runTo('labels');
    const file = join(root, 'data/train.jsonl');
    const intact = await text('data/train.jsonl');
    const [first] = intact.split('\n');
    for (const line of ['{"id":"x","answer":"1"}', first]) {
      await writeFile(file, `${intact}${line}\n`);
      await expect(runTo('labels')).rejects.toMatchObject({ code: 'data', where: `${file}:50` });
    }
  });

  it('retrieved/*.jsonl: the arms take what stands there, each its own', async () => {
    await runTo('retriever');
    const swap = ({ hits: [a, b, ...rest], ...record }: RetrievedRecord) => ({ ...record, hits: [b!, a!, ...rest] });
    await edit<RetrievedRecord>('retrieved/learned.jsonl', (records) => records.map(swap));
    const firstOf = new Map(
      (await readJsonlAll<RetrievedRecord>(join(root, 'retrieved/learned.jsonl'))).map((r) => [
        r.problemId,
        r.hits[0]!.traceId,
      ]),
    );
    await runTo('train');
    const rollouts = await readJsonlAll<{ problemId: string; traceIds: string[] }>(
      join(root, 'rollouts/ra-rft/000001.jsonl'),
    );
    expect(rollouts.length).toBe(6);
    for (const { problemId, traceIds } of rollouts) expect(traceIds).toEqual([firstOf.get(problemId)]);
  });

  it('a file that was removed is made again as it was', async () => {
    await runTo('retriever');
    const before = await text('retrieved/learned.jsonl');
    const removed = {
      'labels.jsonl': ['labels'],
      'retriever/learned': ['retriever-learned'],
      'retrieved/bm25.jsonl': ['retrieved-bm25'],
      'data/corpus.jsonl': ['data'],
    };
    for (const [name, stages] of Object.entries(removed)) {
      await rm(join(root, name), { recursive: true });
      expect(await runTo('retriever'), name).toEqual(stages);
      await stat(join(root, name));
      expect(await text('retrieved/learned.jsonl'), name).toBe(before);
    }
  }, 120_000);
});

describe('an edited file after the arms', () => {
  it('is refused with the arms that it concerns; let run again, they run anew and no others', async () => {
    await runTo();
    expect(await runTo()).toEqual([]);
    const grpo = await text('eval/grpo/000004.jsonl');
    await edit('labels.jsonl', flip);
    const refusal = await runTo().then(
      () => undefined,
      (error: unknown) => error as { code: string; message: string; hint: string },
    );
    expect(refusal).toMatchObject({ code: 'run-folder' });
    expect(refusal!.message).toMatch(/: train-ra-rft, eval-grpo-retrieval-at-test; /);
    expect(refusal!.hint).toContain('--again');
    expect(await runTo(undefined, true)).toEqual(['train-ra-rft', 'eval-grpo-retrieval-at-test']);
    expect(await text('eval/grpo/000004.jsonl')).toBe(grpo);
    expect(await runTo()).toEqual([]);
  });
});
