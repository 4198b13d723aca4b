/** Failures as answers: the facts of an error as JSON, with the status that fits. */
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { RaRftError, type ErrorCode, type ErrorFacts } from '../../core/errors.js';

/** What every failure is answered with. */
export interface FailureBody {
  error: Pick<ErrorFacts, 'message' | 'where' | 'expected' | 'hint'> & { code: ErrorCode };
}

const statuses: Partial<Record<ErrorCode, ContentfulStatusCode>> = {
  usage: 400,
  config: 400,
  data: 400,
  'context-length': 400,
  'run-folder': 409,
  budget: 429,
  llm: 502,
};

/** A request that is refused. */
export function refusal(c: Context, status: ContentfulStatusCode, facts: Omit<FailureBody['error'], 'code'>): Response {
  return c.json({ error: { code: 'usage', ...facts } } satisfies FailureBody, status);
}

/** What was thrown, as an answer. */
export function failure(c: Context, error: unknown, told: (error: unknown) => void): Response {
  const { status, body } = failureOf(error, told);
  return c.json(body, status);
}

/** What was thrown, for the caller. A bug says nothing of itself to the caller: `told` gets it. */
export function failureOf(
  error: unknown,
  told: (error: unknown) => void,
): { status: ContentfulStatusCode; body: FailureBody } {
  if (!(error instanceof RaRftError) || error.code === 'internal') {
    told(error);
    return {
      status: 500,
      body: { error: { code: 'internal', message: 'this request failed; the server has told why' } },
    };
  }
  const { code, message, where, expected, hint } = error;
  const status = statuses[code] ?? 500;
  if (status >= 500) told(error);
  return { status, body: { error: { code, message, where, expected, hint } } };
}
