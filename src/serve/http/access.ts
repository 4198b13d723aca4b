/** Who may call: requests from other sites, under other names of this machine, or without the token are refused before any work. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { refusal } from './answers.js';

export interface AccessRules {
  /** Whether the server listens on this machine alone. */
  loopback: boolean;
  /** What callers must send as `Authorization: Bearer`; needed wherever the server does not listen on this machine alone. */
  token?: string | undefined;
  /** Paths that answer without the token. */
  open?: readonly string[];
}

/**
 * - A page that reached this server under a name of its own (DNS rebinding) sends that name as Host: on loopback, only names of this
 *   machine are answered.
 * - A page of another site sends its Origin: only the server's own is answered, and no CORS header is ever sent.
 * - Bodies are JSON and say so: a form of another site cannot, without asking first.
 */
export function access({ loopback, token, open = [] }: AccessRules): MiddlewareHandler {
  const expected = token === undefined ? undefined : digest(token);
  return async (c, next) => {
    const host = c.req.header('host') ?? '';
    if (loopback && !isLoopbackHost(host))
      return refusal(c, 421, { message: `the name ${shown(host)} is not of this server`, expected: 'localhost' });
    const origin = c.req.header('origin');
    if (origin !== undefined && !isOrigin(origin, host))
      return refusal(c, 403, { message: `requests of ${shown(origin)} are not answered`, expected: 'no other site' });
    if (expected && !open.includes(c.req.path) && !sameDigest(expected, bearerOf(c)))
      return refusal(c, 401, { message: 'the token is missing or wrong', expected: 'Authorization: Bearer TOKEN' });
    if (c.req.method === 'POST' && !/^application\/json\b/i.test(c.req.header('content-type') ?? ''))
      return refusal(c, 415, {
        message: 'the body is not said to be JSON',
        expected: 'Content-Type: application/json',
      });
    return next();
  };
}

/** Whether an address to listen on is of this machine alone. */
export function isLoopbackAddress(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function isLoopbackHost(header: string): boolean {
  const url = URL.canParse(`http://${header}`) ? new URL(`http://${header}`) : undefined;
  if (!url || url.host === '') return false;
  const name = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return isLoopbackAddress(name) || name.endsWith('.localhost');
}

function isOrigin(origin: string, host: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}

function bearerOf(c: Context): Buffer {
  return digest(/^Bearer (.+)$/.exec(c.req.header('authorization') ?? '')?.[1] ?? '');
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Takes as long whatever differs. */
const sameDigest = (a: Buffer, b: Buffer): boolean => timingSafeEqual(a, b);

const shown = (text: string): string => JSON.stringify(text.slice(0, 100));
