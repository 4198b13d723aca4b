/** `ra-rft verify`: one verdict with its reason. */
import { openVerifier } from '../verify/index.js';
import type { CliContext } from './context.js';

export interface VerifyOptions {
  gold: string;
  answer: string;
  reward: string;
  question: string;
}

/** Prints the verdict as JSON. Throws what opening the verifier throws. */
export async function verify(options: VerifyOptions, context: CliContext): Promise<void> {
  const verifier = await openVerifier(options.reward);
  try {
    const problem = { id: 'command-line', question: options.question, answer: options.gold };
    const [verdict] = await verifier.verifyMany([{ problem, response: options.answer }]);
    context.out(JSON.stringify(verdict, null, 2));
  } finally {
    await verifier.dispose();
  }
}
