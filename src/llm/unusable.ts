/** The error of a server that serves nobody. */
import { RaRftError, type ErrorCode } from '../core/errors.js';

export function unusable(reason: string, where = 'llm.baseUrl', code: ErrorCode = 'llm'): RaRftError {
  return new RaRftError({
    code,
    message: `the language model server cannot be used: ${reason}`,
    where,
    hint:
      where === 'llm.baseUrl'
        ? 'Check llm.baseUrl, llm.model and the key in the environment variable that llm.apiKeyEnv names; then run the same command again.'
        : `Check ${where}, its model and the key in the environment variable that its apiKeyEnv names; then try again.`,
  });
}
