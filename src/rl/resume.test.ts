import { appendFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { showing } from '../data/context.js';
import { Rng } from '../core/rng.js';
import type { Policy, PolicyEngine } from '../engine/types.js';
import { always, composed, traceContexts } from './contexts/index.js';
import { trainRl } from './loop.js';
import { toyEngine, toyFiles, toyRecipe, toyRun, toySettings, toyTask, toyTrace } from './testing/toy-task.js';

const source = always(({ answer }) => [showing(Number(answer) % 2 ? toyTrace(1) : undefined)]);
const context = { contexts: source };
/** Every rule that draws or samples again, at once. */
const changing = {
  contexts: composed(
    always((problem) => traceContexts(problem, [1, 2, 3].map(toyTrace), { traces: 1, spread: 2 }, () => true)),
    { drop: 0.3, annealSteps: 10, onlyAfterAllWrong: true },
  ),
  recipe: toyRecipe('dapo'),
};

class Killed extends Error {}

/** An engine whose process dies at the start or, the work done, at the end of its n-th call. */
function dyingEngine(calls: number, after: boolean): PolicyEngine {
  let left = calls;
  const dying = <T extends object>(of: T): T =>
    new Proxy<T>(of, {
      get(target, key) {
        const value = Reflect.get(target, key, target) as unknown;
        if (typeof value !== 'function' || key === 'dispose') return value;
        return async (...args: unknown[]) => {
          left--;
          if (left === 0 && !after) throw new Killed();
          const result: unknown = await Reflect.apply(value, target, args);
          if (left === 0) throw new Killed();
          return key === 'open' ? dying(result as Policy) : result;
        };
      },
    });
  return dying(toyEngine());
}

describe('a training killed and resumed', () => {
  it.each([
    ['with a trace', context, 30],
    [
      'with contexts that are spread, dropped, annealed and shown in a second try, in batches that are refilled',
      changing,
      150,
    ],
  ])('leaves what one that was never killed leaves, byte for byte: %s', async (_, task, mostCalls) => {
    const whole = await toyRun();
    await trainRl(toyTask(whole, task));
    const expected = await toyFiles(whole);
    await whole.remove();
    expect(Object.keys(expected)).toContain('step-000012/trainer-state.json');

    const rng = Rng.fromSeed('kills');
    // 12 steps make about 40 engine calls, or 150; each run is killed until one attempt reaches the end.
    for (let trial = 0; trial < 8; trial++) {
      const toy = await toyRun();
      let kills = 0;
      for (let alive = true; alive; kills++) {
        const engine = dyingEngine(1 + rng.int(mostCalls), rng.next() < 0.5);
        alive = await trainRl({ ...toyTask(toy, task), engine }).then(
          () => false,
          (error: unknown) => {
            if (error instanceof Killed) return true;
            throw error;
          },
        );
        // A process that dies while it writes leaves half a line.
        if (alive && rng.next() < 0.5) await appendFile(toy.run.paths.metrics, '{"arm":"toy","step":');
        await toy.again();
      }
      expect(await toyFiles(toy), `trial ${trial}, ${kills} attempts`).toEqual(expected);
      await toy.remove();
    }
  });

  it('does nothing more when it is done, but calls afterStep for the last step again', async () => {
    const toy = await toyRun();
    await trainRl(toyTask(toy));
    const expected = await toyFiles(toy);
    const seen: number[] = [];
    await trainRl(toyTask(toy, { afterStep: async (step) => void seen.push(step) }));
    expect(seen).toEqual([12]);
    expect(await toyFiles(toy)).toEqual(expected);
    await toy.remove();
  });

  it('calls afterStep for step 0 and every step with the policy of that step', async () => {
    const toy = await toyRun();
    const seen: string[] = [];
    const afterStep = async (step: number, policy: Policy) => {
      const { policyVersion } = await policy.sample([], { maxTokens: 1, temperature: 1, stopTokens: [] });
      seen.push(`${step}:${policyVersion}`);
    };
    await trainRl(toyTask(toy, { afterStep, settings: { ...toySettings, steps: 3 } }));
    expect(seen[0]).toBe('0:0');
    expect(seen.map((s) => s.split(':')[0])).toEqual(['0', '1', '2', '3']);
    await toy.remove();
  });

  it('keeps the lines of other arms and refuses a checkpoint made from other inputs', async () => {
    const toy = await toyRun();
    await toy.run.metrics({ arm: 'other', step: 50, rewardMean: 1 });
    await trainRl(toyTask(toy));
    expect((await toyFiles(toy))['metrics']!.split('\n')[0]).toContain('"other"');
    await expect(trainRl(toyTask(toy, { inputs: 'changed' }))).rejects.toMatchObject({ code: 'run-folder' });
    await toy.remove();
  });
});
