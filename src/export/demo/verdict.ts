/** What the run's verifier says of a response, without threads: a page has none to lose. */
import { verifyNumeric } from '../../verify/numeric.js';
import type { Verdict } from '../../verify/types.js';
import type { DemoSetup } from './site.js';

/** The verifier for mathematics is large, and read only where it is asked. */
export async function verdictOf(verifier: DemoSetup['verifier'], answer: string, response: string): Promise<Verdict> {
  if (verifier.kind === 'boxed') return verifyNumeric(answer, response);
  const { judgeAnswer } = await import('../../verify/math/judge.js');
  const { steps: _steps, ...judgement } = judgeAnswer(answer, response, verifier.options);
  return judgement;
}
