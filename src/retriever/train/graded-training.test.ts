import { afterEach, describe, expect, it } from 'vitest';
import { NetEncoder } from '../encode/net-encoder.js';
import { NetSession } from '../encode/net/session.js';
import { smallSetup } from '../testing/small-encoder.js';
import { judgedTask, TOY_VOCAB } from '../testing/toy-task.js';
import { gainUnit, spreadOf, spreadWeights } from './gains.js';
import type { LossKind } from './loss.js';
import type { LabelledQuery } from './pairs.js';
import { trainRetriever, type TrainOptions } from './train.js';
import type { TrainMetrics, Validation } from './train-metrics.js';

const task = judgedTask(4);
const known = task.traces.filter((t) => t.split === undefined);
/** Validated by the truth, of which training knows half. */
const truth = task.labelled.slice(140).map((one) => {
  const { query } = one;
  return { query, unknown: one.unknown, positives: known.filter((t) => t.truth === query.truth) };
});
const data = { train: task.labelled.slice(0, 140), validation: truth, candidates: known, text: 'question' as const };
const base: TrainOptions = {
  steps: 60,
  batchSize: 24,
  learningRate: 0.01,
  warmupShare: 0.1,
  weightDecay: 0.01,
  maxGradNorm: 1,
  inBatchPositives: 'mask',
  tokenDropout: 0,
  evalEvery: 60,
  seed: 3,
};

const open: NetEncoder[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.dispose();
});
async function train(changes: Partial<TrainOptions>, on: Partial<typeof data> = {}) {
  const shape = { vocab: TOY_VOCAB, embeddingDim: 32, hidden: 24, dim: 16, convWidth: 1 };
  const setup = smallSetup(shape, { temperature: 0.05 });
  const encoder = new NetEncoder(new NetSession(setup), task.tokenize, { dim: 16, hash: 'toy', scoring: 'mean' });
  open.push(encoder);
  const lines: (TrainMetrics | Validation)[] = [];
  const onMetrics = (line: TrainMetrics | Validation) => void lines.push(line);
  const report = await trainRetriever(encoder, { ...data, ...on }, { ...base, ...changes }, { onMetrics });
  return { recall: report.best?.recallAt1 ?? NaN, losses: lines.flatMap((l) => ('loss' in l ? [l.loss] : [])) };
}
const graded = (kind: LossKind) => ({ loss: { kind, gainTemperature: 0.5, contrastWeight: 0 } });

describe('training on graded labels', () => {
  it.each(['kl', 'margin'] as const)('learns what the gains say (%s)', async (kind) => {
    const before = await train({ ...graded(kind), steps: 1, learningRate: 1e-9 });
    const { losses, recall } = await train(graded(kind));
    expect(losses.at(-1)).toBeLessThan(0.5 * losses[0]!);
    expect(before.recall).toBeLessThan(0.6);
    expect(recall).toBeGreaterThan(before.recall + 0.2);
  });

  it('does not mind the unit of the gains', async () => {
    const scaled = data.train.map((one): LabelledQuery => {
      return { ...one, judged: one.judged!.map((judged) => ({ ...judged, gain: 1024 * judged.gain })) };
    });
    const [nats, others] = [await train(graded('kl')), await train(graded('kl'), { train: scaled })];
    others.losses.forEach((loss, i) => expect(loss).toBeCloseTo(nats.losses[i]!, 2));
  });

  it('learns from denied candidates alone, and from hard negatives', async () => {
    const judged = await train({ negatives: 'judged', judgedPerQuery: 8 });
    expect(judged.recall).toBeGreaterThan(0.5);
    const hardNegatives = { perQuery: 4, fromRank: 1, toRank: 30, margin: 0.05, everySteps: 10 };
    const hard = await train({ hardNegatives });
    expect(hard.losses[1]).not.toBe((await train({ steps: 2 })).losses[1]);
    expect(hard.recall).toBeGreaterThan(0.5);
  });

  it('refuses labels that say nothing to the loss', async () => {
    const flat = data.train.map((one) => ({ ...one, judged: one.judged!.map((j) => ({ ...j, gain: 2 })) }));
    await expect(train(graded('margin'), { train: flat })).rejects.toMatchObject({
      code: 'data',
      message: expect.stringContaining('different gains') as string,
    });
    const granted = data.train.map((one) => ({ ...one, judged: one.judged!.map((j) => ({ ...j, relevant: true })) }));
    await expect(train({ negatives: 'judged' }, { train: granted })).rejects.toMatchObject({ code: 'data' });
  });
});

describe('gains', () => {
  const of = (id: string, ...gains: number[]): LabelledQuery => ({
    ...data.train[0]!,
    query: { id, question: id },
    judged: gains.map((gain, i) => ({ trace: known[i]!, relevant: false, gain })),
  });
  it('are apart by their standard deviation, and weigh queries by it', () => {
    const queries = [of('a', 1, 3), of('b', 0, 6), of('c', 5), of('d', 2, 2)];
    expect(queries.map(spreadOf)).toEqual([1, 3, 0, 0]);
    expect(gainUnit(queries)).toBeCloseTo(Math.sqrt(5), 12);
    expect(queries.map(spreadWeights(queries))).toEqual([1, 3, 0, 0]);
    expect([gainUnit([of('c', 5)]), spreadWeights([of('c', 5)])(of('c', 5))]).toEqual([1, 1]);
  });
});
