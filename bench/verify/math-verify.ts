/** Runs Math-Verify (a Python package) on pairs, in a process of its own. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { AnswerPair, MathVerifyConfig } from '../../src/verify/index.js';

/** A pair with Math-Verify's options; without them its defaults hold. */
export type MathVerifyPair = Omit<AnswerPair, 'options'> & { config?: MathVerifyConfig };

/** What math_verify_pairs.py prints. */
export interface MathVerifyRun {
  /** Milliseconds of each pair: parsing both sides and comparing. */
  ms: number[];
  equal: boolean[];
  importSeconds: number;
}

/** Judges the pairs, after those that warm up. Throws where Python or the package is missing. */
export async function runMathVerify(
  python: string,
  pairs: readonly MathVerifyPair[],
  warmUp: readonly MathVerifyPair[] = [],
): Promise<MathVerifyRun> {
  const script = fileURLToPath(new URL('./math_verify_pairs.py', import.meta.url));
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify({ warmUp, pairs }));
  let output = '';
  child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`${python} ${script} ended with code ${code}; is math-verify 0.9.0 installed there?`);
  return JSON.parse(output) as MathVerifyRun;
}
