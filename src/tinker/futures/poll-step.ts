/** The futures table: what an answer to a question for a result means. Pure; how long to go on is decided by `Patience`. */
import { retryAfterMs } from '../../core/http/waits.js';
import type { HttpResult } from '../../core/http/client.js';
import { parseJson } from '../../core/http/text.js';
import { answerError, serverSaid, type Answer } from '../answers.js';
import { TinkerError } from '../errors.js';
import { isObject, malformed } from '../wire/malformed.js';
import { isProtobuf } from '../wire/reply.js';

export type PollStep =
  | { kind: 'result'; contentType: string | null; bytes: Uint8Array }
  /** There is none yet: ask again. */
  | { kind: 'pending' }
  /** There is one of so many bytes, which has to be asked for. */
  | { kind: 'announced'; bytes: number }
  /** There will be none. */
  | { kind: 'error'; error: TinkerError }
  /** The server says that something is wrong with it: some come back for ever, so a few times only. */
  | { kind: 'fault'; error: TinkerError }
  /** No server, or one that takes no questions now. */
  | { kind: 'away'; error: TinkerError; waitMs?: number }
  /** The account has to be paid. */
  | { kind: 'unpaid'; error: TinkerError };

const WHAT = 'result of an operation';

/** `now`: milliseconds since 1970, for Retry-After dates. */
export function pollStep(answer: Answer | Extract<HttpResult, { kind: 'broken' }>, now: number): PollStep {
  if ('kind' in answer) {
    // A server that took the question and is silent holds it until there is a result.
    if (answer.late) return { kind: 'pending' };
    return { kind: 'away', error: new TinkerError({ kind: 'unreachable', message: `${WHAT}: ${answer.reason}` }) };
  }
  const { status, contentType, bytes } = answer;
  if (status >= 200 && status < 300) {
    return isProtobuf(contentType) ? { kind: 'result', contentType, bytes } : jsonStep(answer);
  }
  const text = answer.text();
  const ofOperation = operationError(status, text);
  if (ofOperation) return { kind: 'error', error: ofOperation };
  const error = answerError(answer);
  switch (status) {
    case 408: // it held the question as long as it may
    case 425:
      return { kind: 'pending' };
    case 402:
      return { kind: 'unpaid', error };
    case 429:
    case 502:
    case 503:
    case 504: {
      const waitMs = retryAfterMs(answer.retryAfter, now);
      return { kind: 'away', error, ...(waitMs !== undefined && { waitMs }) };
    }
    case 400:
      // An operation that failed says why; a bare 400 comes from something in between.
      if (error.kind === 'lost') return { kind: 'error', error };
      return hasDetail(text) ? { kind: 'error', error: failed(serverSaid(text), status) } : { kind: 'fault', error };
    default:
      return { kind: status >= 500 ? 'fault' : 'error', error };
  }
}

function jsonStep({ contentType, bytes, text }: Answer): PollStep {
  const body = parseJson(text());
  if (!isObject(body)) return { kind: 'fault', error: malformed(WHAT, text() || 'it is empty') };
  if (body['type'] === 'try_again') return { kind: 'pending' };
  if (body['status'] === 'complete_metadata') {
    const size = body['response_payload_size'];
    return { kind: 'announced', bytes: typeof size === 'number' && size > 0 ? size : 0 };
  }
  if (typeof body['error'] === 'string' && 'category' in body) {
    return { kind: 'error', error: failed(`${body['error']} (${String(body['category'])})`) };
  }
  return { kind: 'result', contentType, bytes };
}

/** TuFT gives an operation's own error with the status of its kind, so that one looks like a busy server or like a question held. */
const TUFT = /^(?:Future failed|Failed to retrieve future): (?<why>[\s\S]*)$/;

function operationError(status: number, text: string): TinkerError | undefined {
  const why = TUFT.exec(serverSaid(text))?.groups?.['why'];
  // 401 and 403 are of the key, 404 of a result that is not there, 410 of a server that started anew; 500 is its own.
  if (why === undefined || [401, 403, 410, 500].includes(status)) return undefined;
  if (status === 404 && /^Future with request ID .* not found/.test(why)) return undefined;
  return failed(why, status);
}

function hasDetail(text: string): boolean {
  const { detail } = (parseJson(text) ?? {}) as { detail?: unknown };
  return typeof detail === 'string' && detail !== '';
}

function failed(why: string, status?: number): TinkerError {
  return new TinkerError({ kind: 'failed', message: `the operation failed: ${why}`, status });
}
