/**
 * Curves of the runs that world.sh has made: mean reward of the training's responses in windows of ten steps, by engine and arm, each as
 * the mean over seeds with a 95 % interval (Student's t). `npx tsx bench/skyrl/curves.ts RUNS`.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readJsonlAll } from '../../src/core/index.js';
import { t975 } from '../../src/experiment/student.js';
import { runPaths, type MetricsRow } from '../../src/runs/index.js';

const ENGINES = ['server', 'local'] as const;
const ARMS = ['grpo', 'ra-rft'] as const;
const WINDOW = 10;

/** Values of the seeds. */
type BySeed = Map<number, number>;

const [, , runs = 'runs/skyrl'] = process.argv;

/** The reward of each window of the steps, by seed. */
async function windowsOf(engine: string, arm: string): Promise<BySeed[]> {
  const windows: BySeed[] = [];
  for (let seed = 1; existsSync(join(runs, `${engine}-${seed}`)); seed++) {
    const rows = await readJsonlAll<MetricsRow>(runPaths(join(runs, `${engine}-${seed}`)).metrics);
    const rewards = rows.filter((row) => row.arm === arm).flatMap(({ step, rewardMean }) => ({ step, rewardMean }));
    for (let from = 0; ; from += WINDOW) {
      const within = rewards.filter(({ step }) => step > from && step <= from + WINDOW);
      if (within.length < WINDOW) break;
      const mean = within.reduce((sum, { rewardMean }) => sum + Number(rewardMean), 0) / WINDOW;
      (windows[from / WINDOW] ??= new Map<number, number>()).set(seed, mean);
    }
  }
  return windows;
}

/** `0.312 [0.280, 0.344]`; one seed has no interval. */
function told(values: readonly number[]): string {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  if (values.length < 2) return mean.toFixed(3);
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1);
  const half = t975(values.length - 1) * Math.sqrt(variance / values.length);
  return `${mean.toFixed(3)} [${(mean - half).toFixed(3)}, ${(mean + half).toFixed(3)}]`;
}

/** The differences of the seeds that both have. */
function paired(a: BySeed | undefined, b: BySeed | undefined): number[] {
  return [...(a ?? [])].flatMap(([seed, value]) => (b?.has(seed) ? [value - b.get(seed)!] : []));
}

const curves = new Map<string, BySeed[]>();
for (const engine of ENGINES) for (const arm of ARMS) curves.set(`${engine} ${arm}`, await windowsOf(engine, arm));

const columns: [string, (window: number) => number[]][] = [
  ...[...curves].map(([name, windows]): [string, (window: number) => number[]] => [
    name,
    (window) => [...(windows[window]?.values() ?? [])],
  ]),
  ...ENGINES.map((engine): [string, (window: number) => number[]] => [
    `${engine}: ra-rft - grpo`,
    (window) => paired(curves.get(`${engine} ra-rft`)?.[window], curves.get(`${engine} grpo`)?.[window]),
  ]),
  [
    'ra-rft: server - local',
    (window) => paired(curves.get('server ra-rft')?.[window], curves.get('local ra-rft')?.[window]),
  ],
];
const length = Math.max(0, ...[...curves.values()].map((windows) => windows.length));
if (length === 0) throw new Error(`no runs with ${WINDOW} steps or more in ${runs}; bench/skyrl/world.sh makes them`);
console.log(`| steps | ${columns.map(([name]) => name).join(' | ')} |`);
console.log(`| --- |${' ---: |'.repeat(columns.length)}`);
for (let window = 0; window < length; window++) {
  const cells = columns.map(([, values]) => (values(window).length === 0 ? '' : told(values(window))));
  console.log(`| ${window * WINDOW + 1} to ${(window + 1) * WINDOW} | ${cells.join(' | ')} |`);
}
