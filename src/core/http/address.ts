/** Addresses that a secret may be sent to. */
import { RaRftError, type ErrorCode } from '../errors.js';

/**
 * The address as it will be used, without a slash at its end. Throws `code` where it is none, where it holds a user name or
 * password (which would stand in every log), or where it is plain http to another machine (`allowHttp` permits that).
 */
export function serverAddress(address: string, { code, allowHttp }: { code: ErrorCode; allowHttp: boolean }): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const wrong = (message: string, hint?: string) =>
    new RaRftError({
      code,
      message,
      where: 'baseUrl',
      expected: 'https://..., or http:// to this machine',
      ...(hint && { hint }),
    });
  if (!url || !/^https?:$/.test(url.protocol)) throw wrong(`${shown(address)} is no address of a server`);
  if (url.username !== '' || url.password !== '') throw wrong('the address holds a user name or password');
  if (url.protocol === 'http:' && !allowHttp && !isLoopback(url.hostname)) {
    throw wrong(
      `${url.origin} is plain http: the key could be read on the way`,
      'Set allowHttp for a network of your own.',
    );
  }
  return url.href.replace(/\/+$/, '');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
}

/** An address that may hold a password is not repeated. */
function shown(address: string): string {
  return address.includes('@') ? 'what was given' : JSON.stringify(address);
}
