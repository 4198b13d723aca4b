import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RaRftError } from '../core/errors.js';
import { silent } from '../core/progress.js';
import { changedEngine } from '../engine/testing/changed-engine.js';
import type { OpenEngine } from '../pipeline/index.js';
import { openFakeEngine, writeTinyTask } from '../pipeline/testing/tiny-task.js';
import { selectionOf } from './matrix.js';
import { reproduce, type ReproduceOptions } from './reproduce.js';
import { tableFiles } from './write.js';

let folder: string;
let config: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ra-rft-reproduce-'));
  config = await writeTinyTask(folder, {
    retriever: { steps: 2, batchSize: 4, dim: 4, hidden: 8, validationShare: 0.2, testShare: 0.2 },
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function options(name: string, more: Partial<ReproduceOptions> = {}): ReproduceOptions {
  const root = join(folder, name);
  return {
    root,
    preset: 'tiny',
    version: '0',
    base: { file: config },
    openEngine: openFakeEngine,
    selection: selectionOf([], ['3']),
    seeds: 2,
    ...more,
  };
}

async function bytes(name: string): Promise<string[]> {
  return Promise.all(Object.values(tableFiles(join(folder, name))).map((file: string) => readFile(file, 'utf8')));
}

describe('reproduce', () => {
  it('stops at its budget between arms, goes on, and leaves the bytes of one that never stopped', async () => {
    const whole = await reproduce(options('whole'));
    expect(whole).toMatchObject({ arms: 4, done: 4 });
    expect(whole.results.seeds.map(({ finished }) => finished.length)).toEqual([2, 2]);
    const measured = whole.results.tables.flatMap(({ rows }) => rows.filter(({ status }) => status === 'measured'));
    expect(measured.length).toBeGreaterThan(3);
    expect(measured.every(({ accuracy }) => Object.values(accuracy).every(({ seeds }) => seeds.length === 2))).toBe(
      true,
    );

    // A clock that moves on by an arm's begin: each attempt finishes two arms.
    const done: number[] = [];
    const said: string[] = [];
    for (let attempt = 0; attempt < 6 && (done.at(-1) ?? 0) < 4; attempt++) {
      let clock = 0;
      const line = (text: string) => {
        said.push(text);
        if (text.includes(', arm ')) clock++;
      };
      const outcome = await reproduce(
        options('stopped', { budgetMs: 2, now: () => clock, progress: { ...silent, line } }),
      );
      done.push(outcome.done);
    }
    expect(done).toEqual([2, 4]);
    expect(said).toContainEqual(
      expect.stringMatching(/^seed 1 of 2, arm ra-rft \(2 a seed\): 1 of 4 arms done, about .+ left$/),
    );
    expect(await bytes('stopped')).toEqual(await bytes('whole'));

    // All done: another call runs nothing and writes the same.
    await reproduce(options('stopped'));
    expect(await bytes('stopped')).toEqual(await bytes('whole'));
  }, 300_000);

  it('leaves the same bytes where all seeds run at the same time', async () => {
    const said: string[] = [];
    const progress = { ...silent, line: (text: string) => void said.push(text) };
    expect(await reproduce(options('together', { jobs: 4, progress }))).toMatchObject({ arms: 4, done: 4 });
    expect(said).toContainEqual(expect.stringMatching(/^seed 2 of 2, arm grpo/));
    expect(await bytes('together')).toEqual(await bytes('whole'));
  }, 300_000);

  it('begins no arm of another seed after one has failed, and goes on from there', async () => {
    let failed = false;
    const failing: OpenEngine = (...settings) =>
      changedEngine(openFakeEngine(...settings), (policy) => {
        const train = policy.forwardBackward.bind(policy);
        policy.forwardBackward = (...groups) => {
          if (failed) return train(...groups);
          failed = true;
          throw new RaRftError({ code: 'engine', message: 'no memory', where: 'forwardBackward' });
        };
      });
    const together = options('failed', { jobs: 2 });
    await expect(reproduce({ ...together, openEngine: failing })).rejects.toMatchObject({ code: 'engine' });
    const { done } = await reproduce({ ...together, budgetMs: 0 });
    expect(done).toBeLessThan(4);
    expect(await reproduce(together)).toMatchObject({ done: 4 });
    expect(await bytes('failed')).toEqual(await bytes('whole'));
  }, 300_000);

  it('keeps the seeds that are there when fewer are asked for, and refuses those of other settings', async () => {
    const before = await bytes('whole');
    await reproduce(options('whole', { seeds: 1 }));
    expect(await bytes('whole')).toEqual(before);
    const kept = join(folder, 'whole', 'seed-2', 'config.yaml');
    const text = await readFile(kept, 'utf8');
    await writeFile(kept, text.replace('learningRate: 0.02', 'learningRate: 0.03'));
    await expect(reproduce(options('whole', { seeds: 1 }))).rejects.toMatchObject({ code: 'run-folder' });
    await writeFile(kept, text);
  });

  it('runs nothing for a table that needs no arm, and still writes it', async () => {
    const outcome = await reproduce(options('none', { selection: selectionOf(['5'], []) }));
    expect(outcome).toMatchObject({ arms: 0, done: 0 });
    expect((await bytes('none'))[1]).toContain('the preset has one model');
  });

  it('goes on with the other arms and seeds where one diverges, and says which', async () => {
    /** An engine on which prompts without a trace, the short ones, diverge. */
    const diverging: OpenEngine = (...settings) =>
      changedEngine(openFakeEngine(...settings), (policy) => {
        const train = policy.forwardBackward.bind(policy);
        policy.forwardBackward = (groups, ...more) => {
          if (Math.min(...groups.map(({ prompt }) => prompt.length)) > 16) return train(groups, ...more);
          throw new RaRftError({ code: 'not-finite', message: 'the loss is NaN', where: 'logits' });
        };
      });
    const broken = { openEngine: diverging, selection: selectionOf(['4'], []) };
    const { results, failures, arms, done } = await reproduce(options('diverged', broken));
    expect({ arms, done }).toEqual({ arms: 8, done: 4 });
    expect(failures.map(({ seed, arm }) => [seed, arm])).toEqual([
      [1, 'grpo'],
      [2, 'grpo'],
    ]);
    expect(results.seeds.map(({ finished }) => finished)).toEqual([
      ['ra-rft', 'ra-rft-no-trace-at-test'],
      ['ra-rft', 'ra-rft-no-trace-at-test'],
    ]);
    const status = results.tables.find(({ table }) => table === 4)!.rows.map((row) => row.status);
    expect(status).toEqual(['not run', 'not run', 'measured', 'measured']);
  }, 300_000);

  it('refuses --set of what it decides itself', async () => {
    for (const set of ['seed=3', 'arms=[]', 'name=x']) {
      await expect(reproduce(options('refused', { base: { file: config, set: [set] } }))).rejects.toMatchObject({
        code: 'usage',
      });
    }
  });
});
