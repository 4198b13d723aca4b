/** The error of a server that serves nobody. */
import { RaRftError } from '../core/errors.js';

export function unusable(reason: string): RaRftError {
  return new RaRftError({
    code: 'llm',
    message: `the language model server cannot be used: ${reason}`,
    where: 'llm.baseUrl',
    hint: 'Check llm.baseUrl, llm.model and the key in the environment variable that llm.apiKeyEnv names; then run the same command again.',
  });
}
