import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { post, rawRequest, ready, served } from './testing/served.js';

const verify = { pairs: [] };

it.each(['evil.example', 'evil.example:80', '127.0.0.1.evil.example', 'localhost.evil.example'])(
  'a page that reached it under the name %j is not answered',
  async (host) => {
    const { url } = await ready([]);
    expect((await rawRequest(`${url}/healthz`, { headers: { host } })).status).toBe(421);
  },
);

it.each(['localhost:1', '127.0.0.1', '[::1]:80', 'ra-rft.localhost'])('%s is a name of this machine', async (host) => {
  const { url } = await ready([]);
  expect((await rawRequest(`${url}/healthz`, { headers: { host } })).status).toBe(200);
});

it.each(['https://evil.example', 'null', 'http://127.0.0.1:1', 'http://localhost.evil.example'])(
  'requests of pages of %s are refused, and no CORS header is sent',
  async (origin) => {
    const { url } = await ready([]);
    const answer = await post(`${url}/v1/verify`, verify, { origin });
    expect(answer.status).toBe(403);
    const asked = await rawRequest(`${url}/v1/verify`, { method: 'OPTIONS', headers: { origin } });
    for (const { headers } of [answer, asked])
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect((await post(`${url}/v1/verify`, verify, { origin: url })).status).toBe(200);
  },
);

it('a form of another site cannot send what counts as JSON', async () => {
  const { url } = await ready([]);
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
    expect((await post(`${url}/v1/verify`, verify, { 'content-type': type })).status).toBe(415);
});

it('the token is asked for everywhere but for its health, and never said', async () => {
  const { url } = await ready([], { token: 'secret-token' });
  expect((await rawRequest(`${url}/healthz`)).status).toBe(200);
  for (const path of ['/metrics', '/openapi.json', '/v1/retrievers', '/nowhere'])
    expect((await rawRequest(`${url}${path}`)).status).toBe(401);
  for (const authorization of ['Bearer wrong', 'secret-token', 'Basic secret-token', 'Bearer secret-token2']) {
    const answer = await post(`${url}/v1/verify`, verify, { authorization });
    expect([answer.status, answer.text]).toEqual([401, expect.not.stringContaining('secret-token')]);
  }
  expect((await post(`${url}/v1/verify`, verify, { authorization: 'Bearer secret-token' })).status).toBe(200);
});

it('beyond this machine it wants a token', async () => {
  await expect(served([], { host: '0.0.0.0' })).rejects.toMatchObject({ code: 'config', where: '--host' });
  const { url } = await ready([], { host: '0.0.0.0', token: 'secret-token' });
  const { port } = new URL(url);
  const asked = { host: 'machine.example', authorization: 'Bearer secret-token' };
  expect((await post(`http://127.0.0.1:${port}/v1/verify`, verify, asked)).status).toBe(200);
  expect((await post(`http://127.0.0.1:${port}/v1/verify`, verify, { host: 'machine.example' })).status).toBe(401);
});

it('bodies that are too large, and paths that lead elsewhere, are refused', async () => {
  const { url, failures } = await ready([]);
  const large = JSON.stringify({ pairs: [{ id: 0, gold: '1', pred: 'x'.repeat(17 * 2 ** 20) }] });
  expect((await post(`${url}/v1/verify`, large)).status).toBe(413);
  const { port } = new URL(url);
  for (const path of ['/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/v1/..%2f..%2fetc/passwd', '//etc/passwd'])
    expect(await rawPath(Number(port), path)).toMatch(/^HTTP\/1.1 404 /);
  expect(failures).toEqual([]);
});

/** The answer to a path that no client would send as it is. */
async function rawPath(port: number, path: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.end(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  let text = '';
  for await (const piece of socket) text += String(piece);
  return text;
}

it('a bug says nothing of itself to callers', async () => {
  const { url, failures } = await ready([], {
    retrievers: () =>
      Promise.resolve(
        new Map([['odd', { size: 1, search: () => Promise.reject(new Error('at /home/me/secret.ts')) }]]),
      ),
  });
  const answer = await post(`${url}/v1/retrieve`, { question: 'x' });
  expect([answer.status, answer.text]).toEqual([500, expect.not.stringContaining('secret')]);
  expect(failures).toMatchObject([{ message: 'at /home/me/secret.ts' }]);
});
