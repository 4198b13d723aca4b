/** The only place that reads the environment: secrets and addresses, which never stand in a configuration or a run folder. */

import { RaRftError, type ErrorCode } from '../core/errors.js';

/** How to reach the Hugging Face Hub. */
export interface HubAccess {
  /** HF_TOKEN, for gated and private models. */
  accessToken?: string;
  /** HF_ENDPOINT, a mirror. */
  hubUrl?: string;
}

export function hubAccess(env: NodeJS.ProcessEnv = process.env): HubAccess {
  const { HF_TOKEN: accessToken, HF_ENDPOINT: hubUrl } = env;
  return { ...(accessToken && { accessToken }), ...(hubUrl && { hubUrl }) };
}

/**
 * The key in the environment variable that `llm.apiKeyEnv` names; undefined where it names none. Throws `llm` (or `code`) where the
 * variable is missing or empty.
 */
export function llmApiKey(
  variable: string | null,
  env: NodeJS.ProcessEnv = process.env,
  { where = 'llm.apiKeyEnv', url = 'llm.baseUrl', code = 'llm' }: KeyPlace = {},
): string | undefined {
  if (variable === null) return undefined;
  const value = env[variable]?.trim();
  if (value) return value;
  throw new RaRftError({
    code,
    message: `the environment variable ${variable} holds no key`,
    where,
    expected: `the key of the server at ${url}`,
    hint: `Set it (export ${variable}=...); for a server that wants no key, set ${where} to null.`,
  });
}

/** The configuration's key that names a variable, and the server that it is for. */
export interface KeyPlace {
  where?: string;
  url?: string;
  code?: ErrorCode;
}

/**
 * As {@link llmApiKey} for a server that was named with its address: one that is reached over plain http, as those on one's own
 * machines are, may want no key, so a variable without one is none.
 */
export function llmKeyFor(
  { baseUrl, apiKeyEnv }: { baseUrl: string; apiKeyEnv: string | null },
  env: NodeJS.ProcessEnv = process.env,
): string | undefined {
  const isOpen = new URL(baseUrl).protocol === 'http:';
  const isUnset = apiKeyEnv !== null && (env[apiKeyEnv] ?? '').trim() === '';
  return isOpen && isUnset ? undefined : llmApiKey(apiKeyEnv, env);
}

/** The key of the engine's server in the environment variable that `engine.apiKeyEnv` names; undefined where it names none. Throws `engine` where it holds no key. */
export function engineApiKey(variable: string | null, env: NodeJS.ProcessEnv = process.env): string | undefined {
  return llmApiKey(variable, env, { where: 'engine.apiKeyEnv', url: 'engine.url', code: 'engine' });
}
