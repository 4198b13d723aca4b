/** What a reward function may return, made a verdict. */
import { z } from 'zod';
import { outcomes, type Verdict } from './types.js';

const verdictSchema = z.strictObject({
  outcome: z.enum(outcomes),
  rule: z.string().default('module'),
  extracted: z.string().optional(),
  goldForm: z.string().optional(),
  answerForm: z.string().optional(),
  steps: z.array(z.string()).optional(),
  reason: z.string().optional(),
  reward: z.number().min(0).max(1).optional(),
  timeMs: z.number().optional(),
});

/**
 * A returned number is the reward (1 is a match, 0 a mismatch, between them partial), a boolean is match or mismatch, an
 * object must be a verdict. Anything else, NaN and numbers outside [0, 1] included, is an `error`: never a silent 0.
 */
export function verdictOf(value: unknown): Verdict {
  if (typeof value === 'boolean') return { outcome: value ? 'match' : 'mismatch', rule: 'module' };
  if (typeof value === 'number') {
    if (!(value >= 0 && value <= 1)) return failed(`the reward ${value} is not between 0 and 1`);
    return { outcome: value === 1 ? 'match' : value === 0 ? 'mismatch' : 'partial', rule: 'module', reward: value };
  }
  if (typeof value !== 'object' || value === null) {
    return failed(
      `returned ${value === null ? 'null' : typeof value}; a number from 0 to 1, a boolean or a verdict is expected`,
    );
  }
  const parsed = verdictSchema.safeParse(value);
  if (!parsed.success) return failed(`returned no verdict: ${z.prettifyError(parsed.error).replace(/\s+/g, ' ')}`);
  if (parsed.data.outcome === 'partial' && parsed.data.reward === undefined)
    return failed('a partial verdict needs its reward');
  return parsed.data;
}

/** An `error` verdict with its reason. */
export function failed(reason: string): Verdict {
  return { outcome: 'error', rule: 'module', reason };
}
