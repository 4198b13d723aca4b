/** Ours and Math-Verify's verdicts on the shared cases: how often each says what is expected, and how often they differ. */
import { openMathVerifier, optionsOfMathVerify } from '../../src/verify/index.js';
import { JUDGEMENT_BUDGET, withinBudget } from '../../src/verify/math/work.js';
import { casesAreThere, judgeCase, knownCases } from '../../src/verify/testing/known-cases.js';
import type { BenchmarkOptions, Measure } from '../measure.js';
import { runMathVerify } from './math-verify.js';

/** `cases` are its own tests, with their options; `beyond` is read with the defaults of both. */
const files = ['cases', 'beyond'] as const;

export async function cases({ python }: BenchmarkOptions): Promise<Measure[]> {
  const measures: Measure[] = [];
  if (!casesAreThere) {
    console.error('skipped: no known cases beside the repository');
    return measures;
  }
  const verifier = openMathVerifier();
  for (const name of files) {
    const rows = knownCases(name);
    const pairs = rows.map(({ gold, pred, config }) => ({ gold, response: pred, ...(config && { config }) }));
    const verdicts = await verifier.verifyPairs(
      pairs.map(({ config, ...pair }) => (config ? { ...pair, options: optionsOfMathVerify(config) } : pair)),
    );
    const ours = verdicts.map((v) => v.outcome === 'match');
    const share = (holds: (i: number) => boolean) => rows.filter((_, i) => holds(i)).length / rows.length;
    const asExpected = (said: readonly boolean[]) => share((i) => said[i] === rows[i]?.equal);
    const most = Math.max(...rows.map((row) => withinBudget(Infinity, () => judgeCase(row)).spent ?? Infinity));
    measures.push(
      { measure: `verify_${name}_as_expected`, value: asExpected(ours), unit: 'share' },
      { measure: `verify_${name}_most_of_budget`, value: most / JUDGEMENT_BUDGET, unit: 'share' },
    );
    if (python === undefined) continue;
    const theirs = (await runMathVerify(python, pairs)).equal;
    measures.push(
      { measure: `math_verify_${name}_as_expected`, value: asExpected(theirs), unit: 'share' },
      { measure: `verify_${name}_same_verdict`, value: share((i) => ours[i] === theirs[i]), unit: 'share' },
    );
    for (const [i, { id, equal }] of rows.entries()) {
      if (ours[i] !== theirs[i])
        console.error(`differ: ${id}: expected ${equal}, ours ${ours[i]}, Math-Verify ${theirs[i]}`);
    }
  }
  await verifier.dispose();
  return measures;
}
