import { describe, expect, it } from 'vitest';
import { textWidth } from './text-width.js';
import { durationText, taskText, terminalProgress, type TerminalProgressOptions } from './terminal-progress.js';

const clear = '\r\x1b[2K';

/** A reporter with a clock that the test moves. */
function setup(options: Partial<TerminalProgressOptions> & { isTTY?: boolean; columns?: number } = {}) {
  const written: string[] = [];
  const clock = { ms: 0 };
  const { isTTY = true, columns = 200, ...rest } = options;
  const stream = { write: (text: string) => written.push(text), isTTY, columns };
  return { progress: terminalProgress({ stream, now: () => clock.ms, ...rest }), written, clock };
}

describe('on a terminal', () => {
  it('draws count, rate and time left', () => {
    const { progress, written, clock } = setup();
    const task = progress.task('labels', 100, 'queries');
    clock.ms = 5000;
    task.update(25, 'mean gain 0.4');
    expect(written.at(-1)).toBe(
      `${clear}labels  ${'█'.repeat(6)}${'░'.repeat(18)}  25%  25/100 queries  5.0 queries/s  15s left  mean gain 0.4`,
    );
  });

  it('draws at most once in the redraw time, however often it is told', () => {
    const { progress, written, clock } = setup({ redrawMs: 100 });
    const task = progress.task('rl', 1000, 'steps');
    for (let i = 1; i <= 1000; i++) {
      clock.ms = i;
      task.update(i);
    }
    expect(written.length).toBe(11); // the start and one each 100 ms
  });

  it('counts no rate for what an earlier attempt did', () => {
    const { progress, written, clock } = setup();
    const task = progress.task('rl', 100, 'steps', 60);
    clock.ms = 10_000;
    task.update(70);
    expect(written.at(-1)).toContain('70/100 steps  1.0 steps/s  30s left');
  });

  it('counts no rate for pauses, in which other work is done', () => {
    const { progress, written, clock } = setup();
    const task = progress.task('rl', 20, 'steps');
    const resume = task.pause();
    clock.ms = 200_000;
    resume();
    resume(); // a second time says nothing
    clock.ms += 10_000;
    task.update(1);
    expect(written.at(-1)).toContain('1/20 steps  10.0 s/step  3m10s left');
    const evaluated = task.pause();
    clock.ms += 60_000;
    evaluated();
    task.end();
    expect(written.at(-1)).toContain('rl: 1 steps in 10s, 10.0 s/step');
  });

  it('keeps lines above the bar and draws the bar again', () => {
    const { progress, written } = setup();
    progress.task('rl', 10, 'steps');
    written.length = 0;
    progress.line('checkpoint saved');
    expect(written.join('')).toBe(`${clear}checkpoint saved\n${clear}rl  ${'░'.repeat(24)}  0%  0/10 steps`);
  });

  it('ends with a summary, then goes on with the task around it', () => {
    const { progress, written, clock } = setup();
    progress.task('arm ra-rft', 80, 'steps');
    const inner = progress.task('eval', 20, 'problems');
    clock.ms = 4000;
    inner.update(20);
    inner.end('average@8 0.86');
    expect(written.join('')).toContain('eval: 20 problems in 4s, 5.0 problems/s, average@8 0.86\n');
    expect(written.at(-1)).toContain('arm ra-rft');
    const before = written.length;
    inner.end(); // a second end says nothing
    expect(written.length).toBe(before);
  });

  it('tells no rate of work that was done in no time', () => {
    const { progress, written, clock } = setup();
    const task = progress.task('eval', 48, 'problems');
    clock.ms = 3;
    task.update(48);
    task.end();
    expect(written.at(-1)).toBe('eval: 48 problems in 0s\n');
  });

  it('never writes a bar wider than the terminal', () => {
    const { progress, written } = setup({ columns: 40 });
    progress.task('a task with a very long label indeed', 10, 'steps').update(1, 'and a note');
    expect(written.at(-1)!.slice(clear.length).length).toBeLessThanOrEqual(39);
  });
});

describe('a terminal of an odd size', () => {
  const drawn = (columns: number | undefined, label = 'a task') => {
    const written: string[] = [];
    const stream = {
      write: (text: string) => written.push(text),
      isTTY: true,
      ...(columns === undefined ? {} : { columns }),
    };
    const task = terminalProgress({ stream, now: () => 0, redrawMs: 0 }).task(label, 10, 'steps');
    task.update(1, '注記');
    const text = written.at(-1)!.slice(clear.length);
    task.end();
    return text;
  };

  it('of 0 columns, or none that it tells, is taken for one of 80', () => {
    for (const columns of [0, undefined]) expect(drawn(columns)).toContain('10%  1/10 steps');
  });

  it('never gets a line that breaks, however narrow it is and however wide the letters', () => {
    for (let columns = 1; columns < 70; columns++)
      for (const label of ['a task', '日本語のラベル', 'two\nlines'])
        expect(textWidth(drawn(columns, label))).toBeLessThanOrEqual(columns - 1);
  });
});

describe('time left', () => {
  it('follows the recent steps, the end tells the mean', () => {
    const { progress, written, clock } = setup();
    const task = progress.task('rl', 40, 'steps');
    for (let i = 1; i <= 30; i++) {
      clock.ms += i <= 20 ? 1000 : 10_000;
      task.update(i);
    }
    expect(written.at(-1)).toContain('30/40 steps  10.0 s/step  1m40s left');
    task.end();
    expect(written.at(-1)).toBe('rl: 30 steps in 2m00s, 4.0 s/step\n');
  });
});

describe('without a terminal', () => {
  it('writes plain lines: start, now and then, end', () => {
    const { progress, written, clock } = setup({ isTTY: false, plainMs: 10_000 });
    const task = progress.task('rl', 120, 'steps', 20);
    for (let s = 1; s <= 25; s++) {
      clock.ms = s * 1000;
      task.update(20 + s * 4, `reward ${s}`);
    }
    task.end();
    expect(written).toEqual([
      'rl: 120 steps, 20 done before\n',
      'rl  50%  60/120 steps  4.0 steps/s  15s left  reward 10\n',
      'rl  83%  100/120 steps  4.0 steps/s  5s left  reward 20\n',
      'rl: 120 steps in 25s, 4.0 steps/s, reward 25\n',
    ]);
  });

  it('is silent but for lines when quiet', () => {
    const { progress, written } = setup({ isTTY: false, quiet: true });
    const task = progress.task('rl', 10, 'steps');
    task.update(10);
    task.end('done');
    expect(written).toEqual([]);
    progress.line('needed');
    expect(written).toEqual(['needed\n']);
  });
});

describe('texts', () => {
  const view = { label: 'x', unit: 'steps', total: 0, done: 12_345, rate: 0.25, elapsedMs: 1, note: '' };

  it('shows seconds a unit below one unit a second, and no time left for an unknown total', () => {
    expect(taskText(view, { bar: true })).toBe('x  12,345 steps  4.0 s/step');
  });

  it('says nothing of a rate before anything is done', () => {
    expect(taskText({ ...view, total: 10, done: 0, rate: undefined }, { bar: false })).toBe('x  0%  0/10 steps');
  });

  it('writes durations in two units', () => {
    expect([0, 499, 7400, 59_600, 192_000, 7_500_000].map(durationText)).toEqual([
      '0s',
      '0s',
      '7s',
      '1m00s',
      '3m12s',
      '2h05m',
    ]);
  });
});
