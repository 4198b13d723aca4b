/** What an answer of the server means, by its status and its words alone. */
import { isObject } from './wire/malformed.js';
import { parseJson, shortText } from '../core/http/text.js';
import { TinkerError, type TinkerErrorKind } from './errors.js';

/** An HTTP answer, read as far as it is the same for all calls. */
export interface Answer {
  status: number;
  contentType: string | null;
  retryAfter: string | null;
  /** Without the key, should the server repeat it. */
  bytes: Uint8Array;
  /** The body as text. */
  text: () => string;
}

/** What the server says went wrong: FastAPI's `detail`, an `error`, or the beginning of whatever it sent. */
export function serverSaid(text: string): string {
  const body = parseJson(text);
  if (!isObject(body)) return shortText(text) || 'nothing';
  const { detail, error, message } = body;
  if (Array.isArray(detail)) return shortText(detail.map(fieldError).join('; '));
  const said = [detail, error, message].find((value) => typeof value === 'string');
  return shortText(typeof said === 'string' ? said : text);
}

/** One of FastAPI's complaints about a field: `body.sampling_params.max_tokens: Field required`. */
function fieldError(complaint: unknown): string {
  const { loc, msg } = (complaint ?? {}) as { loc?: unknown; msg?: unknown };
  return `${Array.isArray(loc) ? loc.join('.') : '?'}: ${typeof msg === 'string' ? msg : JSON.stringify(complaint)}`;
}

/** Whether a 404 is about a thing that the server does not know (`Model not found`), not about an address that it does not serve. */
function isAboutThing(text: string): boolean {
  const { detail } = (parseJson(text) ?? {}) as { detail?: unknown };
  return typeof detail === 'string' && detail !== 'Not Found';
}

/** A model that a server has on record and no longer in memory: it started anew. */
const NOT_LOADED = /\bnot (?:currently )?loaded\b/i;

/** The error of an answer that is no success. What may be tried again is decided elsewhere. */
export function answerError(
  { status, text }: Pick<Answer, 'status' | 'text'>,
  fallback: TinkerErrorKind = 'refused',
): TinkerError {
  const body = text();
  const said = serverSaid(body);
  const kind = kindOf(status, body, fallback);
  const redirect = status >= 300 && status < 400 ? 'a redirect, which is not followed' : said;
  return new TinkerError({ kind, status, message: `status ${status}: ${redirect}`, hint: hints[kind] });
}

const hints: Partial<Record<TinkerErrorKind, string>> = {
  unauthorized: 'Check the key of this server.',
  lost: 'The server may have started anew: make session and model again from the last checkpoint.',
};

function kindOf(status: number, body: string, fallback: TinkerErrorKind): TinkerErrorKind {
  if (status === 401 || status === 403) return 'unauthorized';
  if (status === 402) return 'billing';
  if (status === 410 || (status === 404 && isAboutThing(body)) || (status === 400 && NOT_LOADED.test(body)))
    return 'lost';
  if (status >= 500 || status === 408 || status === 429) return 'unreachable';
  return status < 400 ? 'refused' : fallback;
}
