import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readJsonlAll } from '../../core/jsonl.js';
import { showing } from '../../data/context.js';
import type { Problem } from '../../data/types.js';
import { trainRl, type RlTask } from '../loop.js';
import type { StepMetrics } from '../metrics.js';
import type { GroupRecord } from '../records.js';
import { toyProblems, toyRun, toyTask, toyTrace, toyVerifier, type ToyRun } from '../testing/toy-task.js';
import { always, composed, traceContexts } from './index.js';

let toy: ToyRun;
beforeEach(async () => {
  toy = await toyRun();
});
afterEach(() => toy.remove());

const train = (changes: Partial<RlTask>) => trainRl(toyTask(toy, changes));
const metrics = () => readJsonlAll<StepMetrics>(toy.run.paths.metrics);
const records = (step: number) => readJsonlAll<GroupRecord>(toy.run.paths.rollouts('toy', step));
const hits = [1, 2, 3, 4].map(toyTrace);
const shown = (traces: number, spread: number) =>
  always((problem) => traceContexts(problem, hits, { traces, spread }, () => true));
const plain = { drop: 0, annealSteps: 0, onlyAfterAllWrong: false };

describe('training with contexts', () => {
  it('puts k traces into a prompt and says all of them, in their order', async () => {
    await train({ contexts: shown(3, 1) });
    for (const record of await records(2)) {
      expect(record.traceIds).toEqual(['t3', 't2', 't1']);
      expect(record.promptTokens).toHaveLength(4);
    }
    for (const m of await metrics()) expect([m.tracesMean, m.traceShare]).toEqual([3, 1]);
  });

  it('spreads the responses to a problem over its prompts, and compares them with each other', async () => {
    await train({ contexts: shown(1, 4) });
    const all = await records(12);
    expect(all).toHaveLength(6 * 4);
    const [first] = all;
    const own = all.filter(({ problemId }) => problemId === first!.problemId);
    expect(own.map(({ traceIds }) => traceIds[0])).toEqual(['t1', 't2', 't3', 't4']);
    expect(own.map(({ rollouts }) => rollouts.length)).toEqual([2, 2, 1, 1]);
    const advantages = own.flatMap(({ rollouts }) => rollouts.map(({ advantage }) => advantage!));
    expect(advantages.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 9);
    const before = await metrics();
    expect(before.some(({ trainedGroups }) => trainedGroups! > 0)).toBe(true);
  });

  it('anneals to prompts without any trace', async () => {
    await train({ contexts: composed(shown(1, 1), { ...plain, annealSteps: 8 }) });
    const shares = (await metrics()).map(({ traceShare }) => traceShare!);
    expect(shares[0]).toBe(1);
    expect(shares.slice(0, 4).reduce((a, b) => a + b)).toBeGreaterThan(shares.slice(4, 8).reduce((a, b) => a + b));
    expect(shares.slice(8)).toEqual([0, 0, 0, 0]);
  });
});

describe('contexts only after a try that was all wrong', () => {
  const contexts = composed(
    always(() => [showing(toyTrace(1))]),
    { ...plain, onlyAfterAllWrong: true },
  );

  it('samples alone first, then those again; both tries are recorded, one is compared', async () => {
    await train({ contexts });
    let again = 0;
    for (const [i, m] of (await metrics()).entries()) {
      const all = await records(i + 1);
      const replaced = all.filter((record) => record.replaced);
      const compared = all.filter((record) => !record.replaced);
      again += replaced.length;
      expect(compared).toHaveLength(6);
      expect(m.rescuedShare).toBeCloseTo(replaced.length / 6, 9);
      expect(m.traceShare).toBeCloseTo(replaced.length / 6, 9);
      for (const { signal, traceIds, rollouts } of replaced) {
        expect([signal, traceIds]).toEqual(['all-wrong', []]);
        for (const { advantage } of rollouts) expect(advantage).toBeNull();
      }
      for (const [at, record] of all.entries())
        if (record.replaced) expect(all[at + 1]).toMatchObject({ problemId: record.problemId, traceIds: ['t1'] });
      // Where the first try had a right response, there is no second.
      for (const record of compared) if (record.traceIds.length === 0) expect(record.signal).not.toBe('all-wrong');
    }
    expect(again).toBeGreaterThan(5);
  });

  it('does not take a failure of the verifier for a wrong response', async () => {
    const failing = (id: string) => toyProblems.findIndex((problem: Problem) => problem.id === id) % 2 === 0;
    await train({ contexts, verifier: toyVerifier((id) => failing(id)) });
    const all = (await Promise.all(Array.from({ length: 12 }, (_, i) => records(i + 1)))).flat();
    const failed = all.filter(({ problemId }) => failing(problemId));
    expect(failed.length).toBeGreaterThan(0);
    for (const { signal, replaced, traceIds } of failed)
      expect([signal, replaced, traceIds]).toEqual(['failed', undefined, []]);
    expect(all.some(({ replaced }) => replaced)).toBe(true);
  });

  it('says nothing of rescue where no arm asks for it', async () => {
    await train({ contexts: shown(1, 1) });
    for (const m of await metrics()) expect(Object.keys(m)).not.toContain('rescuedShare');
  });
});
