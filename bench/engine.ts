/**
 * The local engine against the machine's own peak. Every part runs in a process of its own, so that its peak memory is its
 * own and no part inherits another's heap.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Benchmark, Measure } from './measure.js';

export const PARTS = [
  'peak',
  'train-3m',
  'train-10m',
  'train-135m',
  'lora-10m',
  'lora-135m',
  'shared-10m',
  'shared-135m',
  'sample-3m',
  'sample-135m',
  'grpo-3m',
  'grpo-135m',
  'world',
] as const;
export type Part = (typeof PARTS)[number];

export const partNames = (): readonly string[] => PARTS;

export const benchmark: Benchmark = async function* ({ smoke, threads, only }) {
  for (const part of PARTS) {
    if (only.length > 0 && !only.includes(part)) continue;
    yield* await runPart(part, { smoke, threads });
  }
};

async function runPart(part: Part, options: { smoke: boolean; threads: number }): Promise<Measure[]> {
  const script = fileURLToPath(new URL('./engine-part.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, part, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
  const code = await new Promise<number | null>((resolve) => {
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`part ${part} ended with code ${code}`);
  return JSON.parse(output) as Measure[];
}
