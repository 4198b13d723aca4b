/** The error of an answer that cannot be read. */
import { shortText } from '../../core/http/text.js';
import { TinkerError } from '../errors.js';

/** `what`: what was awaited (`a sample result`). */
export function malformed(what: string, why: string, cause?: unknown): TinkerError {
  return new TinkerError({
    kind: 'malformed',
    message: `the answer is no ${what}: ${shortText(why)}`,
    hint: 'Is that the address of a Tinker server, of a version that docs/tinker.md names?',
    cause,
  });
}

/** A body as JSON. */
export function jsonBody(bytes: Uint8Array, what: string): unknown {
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw malformed(what, text === '' ? 'it is empty' : text, error);
  }
}

/** A body as a JSON object. */
export function jsonObject(bytes: Uint8Array, what: string): Record<string, unknown> {
  const body = jsonBody(bytes, what);
  if (isObject(body)) return body;
  throw malformed(what, JSON.stringify(body));
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
