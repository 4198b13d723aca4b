import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { showing } from '../data/context.js';
import { readJsonlAll } from '../core/jsonl.js';
import { Rng } from '../core/rng.js';
import type { Policy } from '../engine/types.js';
import { supervisedGroups, trainSupervised, type SftTask } from './sft.js';
import { toyCodec, toyEngine, toyProblems, toyRun, toyTrace, type ToyRun } from '../rl/testing/toy-task.js';

let toy: ToyRun;
beforeEach(async () => {
  toy = await toyRun();
});
afterEach(() => toy.remove());

const task = (changes: Partial<SftTask> = {}): SftTask => ({
  arm: 'warmup',
  run: toy.run,
  engine: toyEngine(),
  codec: toyCodec,
  problems: toyProblems,
  contextOf: (_p, rng) => showing(rng.next() < 0.5 ? toyTrace(rng.int(5)) : undefined),
  settings: { steps: 30, batchSize: 8 },
  schedule: { peak: 0.2, warmupSteps: 0, decayOverSteps: 30 },
  section: 'warmup',
  optimizer: { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0, maxGradNorm: 1 },
  maxPromptTokens: 8,
  checkpointEverySteps: 10,
  initialPolicy: join(toy.root, 'initial'),
  rng: Rng.fromSeed(1),
  inputs: 'x',
  ...changes,
});

describe('trainSupervised', () => {
  it('learns the solutions, with and without a demonstration', async () => {
    let sure = 0;
    const afterStep = async (_step: number, policy: Policy) => {
      const prompt = toyCodec.prompt({ question: '2' });
      const [[logprobs]] = (await policy.logprobs([{ prompt, responses: [toyCodec.response('2')] }])) as [
        [Float32Array],
      ];
      sure = Math.exp(logprobs[0]!);
    };
    await trainSupervised(task({ afterStep }));
    const lines = await readJsonlAll<{ nllPerToken: number; traceShare: number; learningRate: number }>(
      toy.run.paths.metrics,
    );
    expect(lines).toHaveLength(30);
    expect(lines[0]!.nllPerToken).toBeGreaterThan(2);
    expect(lines.at(-1)!.nllPerToken).toBeLessThan(0.7);
    expect(lines.at(-1)!.learningRate).toBeCloseTo(0.2 / 30, 12);
    const shares = lines.map((l) => l.traceShare);
    expect(Math.min(...shares)).toBeLessThan(Math.max(...shares));
    expect(sure).toBeGreaterThan(0.4);
  });

  it('leaves problems without a solution out, and refuses where none is left', async () => {
    const without = toyProblems.map(({ solution: _solution, ...p }) => p);
    await expect(trainSupervised(task({ problems: without }))).rejects.toMatchObject({
      code: 'data',
      where: 'warmup.steps',
    });
    await trainSupervised(task({ problems: [...without, toyProblems[0]!] }));
  });

  it('refuses a solution that does not fit the window', async () => {
    const codec = { ...toyCodec, response: () => new Int32Array(20).fill(6) };
    await expect(trainSupervised(task({ codec }))).rejects.toMatchObject({ code: 'context-length' });
  });
});

describe('supervisedGroups', () => {
  it('weighs every token the same, all together one', () => {
    const groups = supervisedGroups([Int32Array.of(1), Int32Array.of(2)], [Int32Array.of(5, 6, 7), Int32Array.of(8)]);
    expect(groups.map((g) => [...g.responses[0]!.slopes])).toEqual([[-0.25, -0.25, -0.25], [-0.25]]);
  });
});
