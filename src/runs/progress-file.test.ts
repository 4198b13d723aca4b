import { readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { silent, silentTask } from '../core/progress.js';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { keepProgress, readProgress, takeProgressTime, type TaskProgress } from './progress-file.js';

const fileOf = async () => join(await temporaryFolder(), 'progress.json');

/** What the file says as soon as `holds` of it. */
async function untilKept(path: string, holds: (tasks: TaskProgress[]) => boolean): Promise<TaskProgress[]> {
  for (;;) {
    const tasks = await readProgress(path);
    if (holds(tasks)) return tasks;
    await setTimeout(20);
  }
}

describe('progress that is kept', () => {
  it('says what is under way, how far and how fast; what has ended is gone', async () => {
    const path = await fileOf();
    const seen: string[] = [];
    const inner = {
      task: (label: string) => (seen.push(label), silent.task('', 0, '')),
      line: (text: string) => void seen.push(text),
    };
    const progress = keepProgress(path, inner);
    const outer = progress.task('grpo', 10, 'steps', 4);
    const own = progress.task('labels', 0, 'pairs');
    progress.line('a line');
    outer.update(4, 'sampling 1/2');
    own.update(7);
    const [first, second] = await untilKept(path, (tasks) => tasks[1]?.done === 7);
    expect(first).toEqual({
      label: 'grpo',
      unit: 'steps',
      total: 10,
      done: 4,
      note: 'sampling 1/2',
      rate: null,
      seconds: 0,
    });
    expect(second).toMatchObject({ label: 'labels', total: 0, rate: expect.any(Number) as number });
    own.end();
    await untilKept(path, ({ length }) => length === 1);
    expect(seen).toEqual(['grpo', 'labels', 'a line']);
    await progress.close();
    expect(await readdir(dirname(path))).toEqual([]);
  });

  it('counts no time of a pause, and passes it on', async () => {
    const path = await fileOf();
    const seen: string[] = [];
    const inner = {
      ...silent,
      task: () => ({ ...silentTask, pause: () => (seen.push('pause'), () => void seen.push('resume')) }),
    };
    const progress = keepProgress(path, inner);
    const task = progress.task('grpo', 10, 'steps');
    const resume = task.pause();
    await setTimeout(600);
    task.update(1);
    expect((await untilKept(path, ([first]) => first?.done === 1))[0]?.seconds).toBe(0);
    resume();
    expect(seen).toEqual(['pause', 'resume']);
    await progress.close();
  });

  it('is written at most once a second, and whole', async () => {
    const path = await fileOf();
    const progress = keepProgress(path, silent);
    const task = progress.task('labels', 1e6, 'pairs');
    await untilKept(path, ({ length }) => length === 1);
    const started = performance.now();
    const seen = new Set<number>();
    for (let done = 1; performance.now() - started < 1500; done++) {
      task.update(done);
      seen.add((await readProgress(path))[0]?.done ?? -1);
    }
    expect(seen.size).toBeLessThanOrEqual(3);
    expect(seen).not.toContain(-1);
    await progress.close();
  });

  it('that a killed process left says once when it was last heard of', async () => {
    const path = await fileOf();
    const begun = new Date().toISOString();
    keepProgress(path, silent).task('labels', 1, 'pairs');
    await untilKept(path, ({ length }) => length === 1);
    const time = await takeProgressTime(path);
    expect(time !== undefined && time >= begun).toBe(true);
    expect(await takeProgressTime(path)).toBeUndefined();
    await writeFile(path, '{"tasks":[');
    expect(await takeProgressTime(path)).toBeUndefined();
    expect(await readdir(dirname(path))).toEqual([]);
  });

  it('stops nothing where the file cannot be written, and is nothing where there is none', async () => {
    const path = await fileOf();
    await rm(dirname(path), { recursive: true });
    const progress = keepProgress(path, silent);
    progress.task('labels', 1, 'pairs').end();
    await setTimeout(50);
    await progress.close();
    expect(await readProgress(path)).toEqual([]);
    const torn = await fileOf();
    await writeFile(torn, '{"tasks":[');
    expect(await readProgress(torn)).toEqual([]);
  });
});
