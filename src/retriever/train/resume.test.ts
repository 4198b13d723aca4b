import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { NetEncoder } from '../encode/net-encoder.js';
import { NetSession } from '../encode/net/session.js';
import { smallSetup } from '../testing/small-encoder.js';
import { judgedTask, TOY_VOCAB } from '../testing/toy-task.js';
import { checkpointFolder, type CheckpointStore } from './checkpoint.js';
import { trainRetriever, type TrainOptions } from './train.js';
import type { TrainMetrics, Validation } from './train-metrics.js';

const task = judgedTask(2);
const data = {
  train: task.labelled.slice(0, 60),
  validation: task.labelled.slice(60, 80),
  candidates: task.traces.filter((t) => t.split === undefined),
  text: 'question' as const,
};
const base: TrainOptions = {
  steps: 12,
  batchSize: 16,
  learningRate: 0.01,
  warmupShare: 0.2,
  weightDecay: 0.01,
  maxGradNorm: 1,
  inBatchPositives: 'train',
  tokenDropout: 0.2,
  evalEvery: 3,
  checkpointEvery: 2,
  seed: 3,
};
const hardNegatives = { perQuery: 2, fromRank: 1, toRank: 20, margin: 0.02, everySteps: 3 };
const kinds: [string, Partial<TrainOptions>][] = [
  ['InfoNCE with hard negatives', { hardNegatives }],
  [
    'KL in small pieces',
    {
      loss: { kind: 'kl', gainTemperature: 0.5, contrastWeight: 1 },
      queryWeights: 'spread',
      judgedPerQuery: 6,
      microBatch: 8,
    },
  ],
];

const open: NetEncoder[] = [];
const newEncoder = () => {
  const setup = smallSetup({ vocab: TOY_VOCAB, embeddingDim: 12, hidden: 12, dim: 8 }, { temperature: 0.05 });
  const info = { dim: 8, hash: 'toy', scoring: setup.scoring };
  open.push(new NetEncoder(new NetSession(setup), task.tokenize, info));
  return open.at(-1)!;
};
afterEach(async () => {
  for (const one of open.splice(0)) await one.dispose();
});

type Line = TrainMetrics | Validation;

/** A fresh encoder on every attempt, as after a kill: what remains is the folder, and the lines up to its checkpoint. */
async function attempt(options: TrainOptions, store: CheckpointStore, before: readonly Line[], killAt?: number) {
  const lines: Line[] = [];
  let kept: readonly Line[] = before;
  const encoder = newEncoder();
  const checkpoints: CheckpointStore = {
    ...store,
    load: async () => {
      const found = await store.load();
      kept = before.filter(({ step }) => step <= (found?.step ?? 0));
      return found;
    },
  };
  const onMetrics = (line: Line) => {
    if (line.step === killAt) throw new Error('killed');
    lines.push(line);
  };
  const run = trainRetriever(encoder, data, options, { checkpoints, onMetrics });
  const report = await (killAt === undefined ? run : run.catch(() => undefined));
  return { lines: [...kept, ...lines], report, weights: await encoder.snapshot(), made: lines.length };
}

describe.each(kinds)('a training by %s that was killed and resumed', (_, changes) => {
  const options = { ...base, ...changes };
  it('ends as one that was not, line by line and weight by weight', async () => {
    const folder = await temporaryFolder();
    const whole = await attempt(options, checkpointFolder(join(folder, 'whole'), 'a'), []);
    expect(whole.lines).toHaveLength(12 + 4);
    const store = checkpointFolder(join(folder, 'killed'), 'a');
    let lines: readonly Line[] = [];
    for (const killAt of [1, 4, 6, 11]) ({ lines } = await attempt(options, store, lines, killAt));
    const last = await attempt(options, store, lines);
    expect(last.made).toBeLessThan(4);
    expect(last.lines).toEqual(whole.lines);
    expect(last.report).toEqual(whole.report);
    expect(last.weights).toEqual(whole.weights);
  });
});

describe('checkpoints in a folder', () => {
  it('hold one step, belong to one training and are removed at its end', async () => {
    const folder = join(await temporaryFolder(), 'training');
    const store = checkpointFolder(folder, 'a');
    expect(await store.load()).toBeUndefined();
    await attempt(base, store, [], 9);
    expect(await store.load()).toMatchObject({ step: 8, net: { optimizer: { step: 8 } }, best: { validation: {} } });
    expect(await checkpointFolder(folder, 'b').load()).toBeUndefined();
    await store.remove();
    await expect(readdir(folder)).rejects.toMatchObject({ code: 'ENOENT' });
    await store.remove();
  });

  it('come by the clock where steps are slow', async () => {
    const folder = join(await temporaryFolder(), 'training');
    const store = checkpointFolder(folder, 'a');
    const saved: number[] = [];
    const save: CheckpointStore['save'] = async (checkpoint) => {
      saved.push(checkpoint.step);
      await store.save(checkpoint);
    };
    let nowMs = 0;
    // Two minutes a step: the five since the last one have passed at every third.
    const onMetrics = (line: Line) => void (nowMs += 'loss' in line ? 120_000 : 0);
    const slow = { ...base, checkpointEvery: 8, evalEvery: 12 };
    await trainRetriever(newEncoder(), data, slow, { checkpoints: { ...store, save }, onMetrics, now: () => nowMs });
    expect(saved).toEqual([3, 6, 8, 11]);
  });

  it('are no way out of a damaged one', async () => {
    const folder = join(await temporaryFolder(), 'training');
    await attempt(base, checkpointFolder(folder, 'a'), [], 3);
    await writeFile(join(folder, 'first.safetensors'), 'x');
    await expect(checkpointFolder(folder, 'a').load()).rejects.toMatchObject({ code: 'model' });
    await writeFile(join(folder, 'training.json'), '{"inputs": "a"}');
    await expect(checkpointFolder(folder, 'a').load()).rejects.toMatchObject({
      code: 'model',
      where: join(folder, 'training.json'),
    });
  });
});
