import { afterEach, describe, expect, it } from 'vitest';
import { NetEncoder } from '../encode/net-encoder.js';
import type { NetSetup } from '../encode/net/port.js';
import { NetSession } from '../encode/net/session.js';
import { PLAIN_FORM, tokenizeBy, type TokenizeTexts } from '../encode/text-form.js';
import { gradeRanking, mean, relevanceFromTruth } from '../grade/metrics.js';
import { scoreTexts } from '../index/score-texts.js';
import { RankedTraces } from '../score/ranking.js';
import { splitQueries } from './split-queries.js';
import { smallSetup } from '../testing/small-encoder.js';
import { toyTask, TOY_VOCAB } from '../testing/toy-task.js';
import { schedule, trainRetriever, type TrainOptions } from './train.js';
import type { TrainMetrics, Validation } from './train-metrics.js';
import type { Query } from '../types.js';

const task = toyTask(1);
const options: TrainOptions = {
  steps: 120,
  batchSize: 24,
  learningRate: 0.01,
  warmupShare: 0.1,
  weightDecay: 0.01,
  maxGradNorm: 1,
  inBatchPositives: 'mask',
  tokenDropout: 0,
  evalEvery: 40,
  seed: 3,
};
const parts = splitQueries(task.labelled, { validationShare: 0.1, testShare: 0 }, 3);
const data = {
  train: parts.train,
  validation: parts.validation,
  candidates: task.traces.filter((t) => t.split === undefined),
  text: 'question' as const,
};
const setup = (changes: Partial<NetSetup> = {}, convWidth = 1) =>
  smallSetup({ vocab: TOY_VOCAB, embeddingDim: 32, hidden: 24, dim: 16, convWidth }, { temperature: 0.05, ...changes });

const open: NetEncoder[] = [];
const encoderOf = (of: NetSetup, tokenize: TokenizeTexts = task.tokenize) => {
  const info = { dim: 16, hash: 'toy', scoring: of.scoring };
  open.push(new NetEncoder(new NetSession(of), tokenize, info));
  return open.at(-1) as NetEncoder;
};
const session = (...changes: Parameters<typeof setup>) => encoderOf(setup(...changes));
afterEach(async () => {
  for (const one of open.splice(0)) await one.dispose();
});

async function recallAt1(encoder: NetEncoder, queries: Query[]): Promise<number> {
  const { traces } = task;
  const textsOf = (texts: { question: string }[]) => texts.map(({ question }) => question);
  const scores = await scoreTexts(encoder, textsOf(queries), textsOf(traces));
  const ranked = new RankedTraces(traces);
  const hits_Q = queries.map((query, q) => ranked.rank(query, scores.subarray(q * traces.length), { k: 1 }));
  const graded = gradeRanking(queries, hits_Q, relevanceFromTruth, { ks: [1], candidates: () => traces });
  return mean(graded.recallAt[1] ?? []) ?? NaN;
}

async function train(encoder: NetEncoder, changes: Partial<TrainOptions> = {}, on = data) {
  const lines: (TrainMetrics | Validation)[] = [];
  const report = await trainRetriever(
    encoder,
    on,
    { ...options, ...changes },
    { onMetrics: (line) => void lines.push(line) },
  );
  const validations = lines.filter((line): line is Validation => 'recallAt1' in line);
  return { report, lines, validations };
}

describe('trainRetriever', () => {
  it('learns the rule behind the topic, for rules it never saw too', async () => {
    const encoder = session();
    expect(await recallAt1(encoder, task.queries)).toBeLessThan(0.6);
    const { report, lines, validations } = await train(encoder, { steps: 240, evalEvery: 80 });
    expect(report).toMatchObject({ trainQueries: 180, validationQueries: 20, truncatedQueries: 0, saturated: false });
    expect(lines).toHaveLength(243);
    expect(validations.map((v) => v.step)).toEqual([80, 160, 240]);
    expect(report.best?.recallAt1).toBe(Math.max(...validations.map((v) => v.recallAt1)));
    expect(await recallAt1(encoder, task.queries)).toBeGreaterThan(0.95);
    expect(await recallAt1(encoder, task.unseen)).toBeGreaterThan(0.8);
  });

  it('gives the same lines and the same weights with the same seed', async () => {
    const [one, two] = [session(), session()];
    const first = await train(one, { steps: 30, evalEvery: 10 });
    expect(await train(two, { steps: 30, evalEvery: 10 })).toEqual(first);
    expect(await two.snapshot()).toEqual(await one.snapshot());
    expect(await train(session(), { steps: 30, evalEvery: 10, seed: 4 })).not.toEqual(first);
  });

  it('leaves tokens out of training texts only, and of none all', async () => {
    const without = await train(session(), { steps: 3 });
    const most = await train(session(), { steps: 3, tokenDropout: 0.9 });
    expect(most.lines[0]).not.toEqual(without.lines[0]);
    expect(await train(session(), { steps: 3, tokenDropout: 0.9 })).toEqual(most);
    // A learning rate of nothing: validation sees whole texts, whatever training saw.
    const [whole, thin] = [{ tokenDropout: 0 }, { tokenDropout: 0.9 }].map((d) => ({
      ...d,
      steps: 1,
      learningRate: 1e-12,
    }));
    expect((await train(session(), thin)).validations).toEqual((await train(session(), whole)).validations);
  });

  it('keeps the best checkpoint, not the last', async () => {
    // A learning rate that rises until it destroys what the first steps learnt.
    const encoder = session();
    const { report, validations } = await train(encoder, { steps: 40, evalEvery: 2, learningRate: 10, warmupShare: 1 });
    const last = validations.at(-1) as Validation;
    expect(report.best).toBeDefined();
    expect(report.best?.mrr).toBeGreaterThan(last.mrr);
    // Validating the restored weights again gives the figure of the kept checkpoint.
    const again = await train(encoder, { steps: 1, evalEvery: 1, learningRate: 1e-12 });
    expect(again.validations[0]).toMatchObject({ recallAt1: report.best?.recallAt1, mrr: report.best?.mrr });
  });

  it('works without validation queries and says where the softmax is saturated', async () => {
    const unvalidated = { ...data, train: task.labelled, validation: [] };
    const encoder = session({ scoring: 'sum', temperature: 1e-4 }, 3);
    const { report, validations } = await train(encoder, { steps: 3 }, unvalidated);
    expect(report).toMatchObject({ best: undefined, validationQueries: 0, trainQueries: 200, saturated: true });
    expect(validations).toEqual([]);
  });

  it('counts cut texts and refuses to train on too few labels', async () => {
    const encode = (line: string) => Int32Array.from(line.split(' '), Number);
    const forms = { query: { ...PLAIN_FORM, maxTokens: 6 }, document: { ...PLAIN_FORM, maxTokens: 7 } };
    const none = new Int32Array(0);
    const plain = { encode, prefixIds: none, suffixIds: none, tokenId: () => undefined };
    const encoder = encoderOf(setup(), tokenizeBy(plain, forms));
    const report = await trainRetriever(encoder, data, { ...options, steps: 1 });
    expect(report).toMatchObject({ truncatedQueries: 200, truncatedDocuments: 0 });
    const few = { ...data, train: data.train.slice(0, 1) };
    await expect(trainRetriever(session(), few, options)).rejects.toMatchObject({ code: 'data', where: 'labels' });
  });
});

describe('schedule', () => {
  it('rises over the warm-up and falls to nearly nothing', () => {
    const at = (step: number) => schedule(step, { steps: 20, warmupShare: 0.2 });
    expect([1, 2, 3, 4].map(at)).toEqual([0.25, 0.5, 0.75, 1]);
    expect(at(5)).toBe(1);
    expect(at(20)).toBe(1 / 16);
    expect(schedule(1, { steps: 1, warmupShare: 0 })).toBe(1);
  });
});
