/** `POST /v1/verify`: grades answers, as the reward functions of `ra-rft export` ask for it (docs/export.md). */
import { z } from 'zod';
import { configSchema } from '../../config/index.js';
import { outcomes, rewardOf, type MathVerifier } from '../../verify/index.js';
import { endpoint, type Endpoint } from './endpoint.js';

const MOST_PAIRS = 1024;

const id = z.union([z.string(), z.int()]);
const pair = z.object({
  id,
  gold: z.string().describe('The right answer.'),
  pred: z.string().describe('The whole response, in which the answer is found.'),
});

/** The section of a configuration, as the exports send it; what is missing in it has the section's default. */
const mathSchema = configSchema.shape.math.unwrap().omit({ timeoutMs: true });

export const verifyBody = z.object({ pairs: z.array(pair).max(MOST_PAIRS), math: mathSchema.optional() });
export const verifyAnswer = z.object({
  verdicts: z.array(
    z.object({
      id,
      verdict: z.enum(outcomes),
      rule: z.string().describe('The rule that decided.'),
      answer: z.string().nullable().describe('The answer that was found.'),
      reward: z.number().optional().describe('Missing where the verifier itself failed: that is no 0.'),
      reason: z.string().optional(),
    }),
  ),
});

export function verifyEndpoint(verifier: Pick<MathVerifier, 'verifyPairs'>): Endpoint {
  return endpoint({
    method: 'post',
    path: '/v1/verify',
    summary: 'Whether answers are right, with the reason: a verdict for each pair, in their order.',
    body: verifyBody,
    answer: verifyAnswer,
    async handle({ pairs, math }) {
      const verdicts = await verifier.verifyPairs(
        pairs.map(({ gold, pred }) => ({ gold, response: pred })),
        math ?? {},
      );
      return {
        verdicts: verdicts.map((verdict, i) => {
          const { outcome, rule, extracted, reason } = verdict;
          return {
            id: pairs[i]?.id,
            verdict: outcome,
            rule,
            answer: extracted ?? null,
            reward: rewardOf(verdict),
            reason,
          };
        }),
      };
    },
  });
}
