/** The verifier: speed beside Math-Verify's, agreement on known cases, and behaviour on hostile input. */
import type { Benchmark, BenchmarkOptions, Measure } from './measure.js';
import { cases } from './verify/cases.js';
import { fuzz } from './verify/fuzz.js';
import { speed } from './verify/speed.js';

const parts: Readonly<Record<string, (options: BenchmarkOptions) => Promise<Measure[]>>> = { speed, cases, fuzz };

export const partNames = (): readonly string[] => Object.keys(parts);

export const benchmark: Benchmark = async function* (options) {
  for (const [name, run] of Object.entries(parts)) {
    if (options.only.length === 0 || options.only.includes(name)) yield* await run(options);
  }
};
