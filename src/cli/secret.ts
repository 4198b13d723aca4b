/** Secrets that an option names the environment variable of. */
import { llmApiKey } from '../config/index.js';

/** The secret for `url` in the variable that the option `where` names; undefined where it names none. Throws `config` where it holds none. */
export function secretOf(variable: string | undefined, where: string, url: string): string | undefined {
  return llmApiKey(variable ?? null, undefined, { where, url, code: 'config' });
}
