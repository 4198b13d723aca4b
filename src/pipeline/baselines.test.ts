import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configToYaml, resolveConfig } from '../config/index.js';
import { readJsonlAll } from '../core/jsonl.js';
import { RunFolder } from '../runs/run-folder.js';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import type { Policy } from '../engine/index.js';
import { changedEngine } from '../engine/testing/changed-engine.js';
import { runPipeline } from './pipeline.js';
import type { OpenEngine } from './session.js';
import { checkSolutions } from './data/solution-checks.js';
import { openFakeEngine, writeTinyTask } from './testing/tiny-task.js';

const arms = [
  { name: 'grpo', train: 'none', test: 'none' },
  { name: 'sft', method: 'sft', train: 'none', test: 'none' },
  { name: 'ra-sft', method: 'sft', train: 'bm25', test: 'bm25' },
  { name: 'opsd', method: 'opsd', train: 'none', test: 'none' },
];
const changes = { arms, sft: { learningRate: 0.1 } };

async function runTiny(folder: string, name: string, set: string[] = [], openEngine: OpenEngine = openFakeEngine) {
  const config = resolveConfig({ file: await writeTinyTask(folder, changes), set });
  const run = await RunFolder.open(join(folder, name), { values: config, yaml: configToYaml(config) });
  try {
    return await runPipeline(config, run, { openEngine });
  } finally {
    await run.close();
  }
}

/** An engine whose n-th optimizer step is the end of the process. */
const dying = (steps: number): OpenEngine => {
  let made = 0;
  return (...settings) =>
    changedEngine(openFakeEngine(...settings), (policy: Policy) => {
      const step = policy.optimStep.bind(policy);
      policy.optimStep = (options) => {
        if (++made > steps) throw new Error('killed');
        return step(options);
      };
    });
};

type Row = {
  arm: string;
  step: number;
  nllPerToken?: number;
  traceShare?: number;
  teacherGapMean?: number;
  divergenceMean?: number;
};

describe('arms with other methods than reinforcement learning', () => {
  it(
    'train and are evaluated beside RL arms, and a killed run ends in the same bytes',
    { timeout: 60_000 },
    async () => {
      const folder = await temporaryFolder();
      const summary = await runTiny(folder, 'whole');
      expect(summary?.arms.map(({ name, n }) => [name, n])).toEqual(arms.map(({ name }) => [name, 21]));
      expect(summary?.differences.every(({ a }) => a === 'grpo')).toBe(true);
      const rows = await readJsonlAll<Row>(join(folder, 'whole', 'metrics.jsonl'));
      const of = (arm: string) => rows.filter((row) => row.arm === arm);
      for (const arm of ['sft', 'ra-sft', 'opsd']) expect(of(arm).map(({ step }) => step)).toEqual([1, 2, 3, 4]);
      expect(of('sft').at(-1)!.nllPerToken).toBeLessThan(of('sft')[0]!.nllPerToken!);
      expect(of('sft').map(({ traceShare }) => traceShare)).toEqual([0, 0, 0, 0]);
      expect(of('ra-sft')[0]!.traceShare).toBe(1);
      expect(
        of('opsd').every(({ teacherGapMean, traceShare }) => teacherGapMean !== undefined && traceShare === 0),
      ).toBe(true);

      let attempts = 0;
      for (const steps of [2, 3, 5, 4, 100]) {
        attempts++;
        const alive = await runTiny(folder, 'killed', [], dying(steps)).then(
          () => true,
          (error: Error) => {
            expect(error.message).toContain('killed');
            return false;
          },
        );
        if (alive) break;
      }
      expect(attempts).toBeGreaterThan(2);
      for (const file of [
        'metrics.jsonl',
        'rollouts/opsd/000004.jsonl',
        'eval/sft/000000.jsonl',
        'eval/opsd/000004.jsonl',
      ]) {
        const text = (name: string) => readFile(join(folder, name, file), 'utf8');
        expect(await text('killed'), file).toBe(await text('whole'));
      }
    },
  );

  it(
    'learn from retrieved traces and from the policy as it is, where that is asked for',
    { timeout: 60_000 },
    async () => {
      const folder = await temporaryFolder();
      const only = 'arms=[{name: opsd, method: opsd, train: bm25, test: none}]';
      const set = [only, 'opsd.privileged=trace', 'opsd.teacher=current', 'rl.groupSize=1'];
      expect((await runTiny(folder, 'run', set))?.arms).toHaveLength(1);
      const rows = await readJsonlAll<Row>(join(folder, 'run', 'metrics.jsonl'));
      expect(rows.filter(({ teacherGapMean }) => Number.isFinite(teacherGapMean))).toHaveLength(4);
    },
  );
});

describe('a divergence over the vocabulary', () => {
  const only = 'arms=[{name: opsd, method: opsd, train: none, test: none}]';

  it('trains in place of the sampled tokens', { timeout: 60_000 }, async () => {
    const folder = await temporaryFolder();
    const set = [only, 'opsd.divergence=jsd', 'opsd.topK=5'];
    expect((await runTiny(folder, 'run', set))?.arms).toHaveLength(1);
    const rows = await readJsonlAll<Row>(join(folder, 'run', 'metrics.jsonl'));
    expect(rows.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    for (const { teacherGapMean, divergenceMean } of rows) {
      expect(teacherGapMean).toBeUndefined();
      expect(divergenceMean).toBeGreaterThan(0);
    }
  });

  it('is refused before any work where the engine knows the sampled tokens alone', async () => {
    const folder = await temporaryFolder();
    const sampledOnly: OpenEngine = (...settings) => {
      const engine = changedEngine(openFakeEngine(...settings), () => {});
      return { ...engine, can: async () => ({ ...(await engine.can()), alternatives: false }) };
    };
    await expect(runTiny(folder, 'run', [only, 'opsd.divergence=reverse-kl'], sampledOnly)).rejects.toMatchObject({
      code: 'engine',
      where: 'opsd.divergence',
      hint: 'Set opsd.divergence: sampled.',
    });
    expect(await readdir(join(folder, 'run'))).not.toContain('policy');
    expect((await runTiny(folder, 'other', [only], sampledOnly))?.arms).toHaveLength(1);
  });
});

describe('what does not fit together is refused before any work', () => {
  const arm = (text: string) => `arms=[{name: x, ${text}}]`;
  it.each([
    [[arm('method: sft, recipe: grpo')], 'which has no recipe, but names grpo'],
    [[arm('method: opsd, recipe: dapo')], 'which has no recipe, but names dapo'],
    [[arm('method: opsd'), 'opsd.privileged=trace'], 'its teacher would see nothing'],
    [[arm('method: opsd, train: bm25')], 'which nobody would see'],
    [[arm('method: opsd'), 'opsd.divergence=jsd', 'opsd.topK=1'], 'opsd.topK is 1'],
    [[arm('method: opsd, train: hint'), 'opsd.privileged=trace'], 'has the method opsd and trains with hint'],
    [[arm('method: sft, train: hint')], 'has the method sft and trains with hint'],
    [
      [arm('method: opsd, train: bm25, contexts: {drop: 0.5}'), 'opsd.privileged=trace'],
      'contexts.drop of arm x is 0.5, but its method opsd',
    ],
    [[arm('method: sft, train: bm25, contexts: {annealSteps: 5}')], 'contexts.annealSteps of arm x is 5'],
    [[arm('method: sft, train: bm25, contexts: {spread: 4}')], 'contexts.spread of arm x is 4'],
    [[arm('method: sft, train: fixed, contexts: {onlyAfterAllWrong: true}')], 'contexts.onlyAfterAllWrong'],
    [[arm('method: opsd'), 'rl.epochs=2'], 'rl.epochs x rl.minibatches is 2'],
    [[arm('method: opsd'), 'rl.kl.coefficient=0.1'], 'neither a divergence'],
    [['arms=[{name: a}, {name: b, policyOf: a, method: sft}]'], 'whose method is rl, but says sft'],
  ])('%s', (set, message) => {
    expect(() => resolveConfig({ set })).toThrowError(
      expect.objectContaining({ code: 'config', message: expect.stringContaining(message) as string }),
    );
  });

  it('arms that learn from solutions, on problems without any', () => {
    const bare = { id: 'p', question: 'q', answer: '1' };
    const config = (text: string) => resolveConfig({ set: [arm(text)] });
    for (const method of ['sft', 'opsd'])
      expect(() => checkSolutions(config(`method: ${method}`), { train: [bare] })).toThrowError(
        expect.objectContaining({ code: 'data', where: 'arms: x.method' }),
      );
    expect(checkSolutions(config('method: rl'), { train: [bare] })).toEqual([]);
    const some = checkSolutions(config('method: sft'), { train: [bare, { ...bare, id: 's', solution: 's' }] });
    expect(some).toMatchObject([{ code: 'without-solution', text: expect.stringContaining('1 of 2') as string }]);
  });
});
