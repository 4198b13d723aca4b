/** What the calls of pages do with names, paths and bodies that nobody's page sends; of all calls that the OpenAPI document has. */
import { request as httpRequest } from 'node:http';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { writeSampleRun } from '../../report/testing/sample-run.js';
import { rawRequest, ready } from '../testing/served.js';

const SECRET = 'a-secret-beside-the-runs';

/** Parts of paths that lead somewhere else, or are no names. */
const NAMES = [
  '..',
  '%2e%2e',
  '..%2f..%2f..%2fetc%2fpasswd',
  '..%5c..%5csecret',
  '%2fetc%2fpasswd',
  'one%2f..%2f..%2fsecret',
  'one%00',
  '%00',
  '%c0%ae%c0%ae%2f',
  '..%2fsecret',
  'secret',
  '%ff',
  '%',
  '__proto__',
  'constructor',
  '-1',
  '1e99',
  'x'.repeat(9000),
];

const BODIES = [
  '',
  '{',
  '[]',
  'null',
  '1',
  '"x"',
  '{"__proto__":{"who":"x"}}',
  '{"a":1}',
  '{"who":{}}',
  `[${'['.repeat(5000)}`,
];

/** A run beside a folder that is none, and a server over them. */
async function serving(token?: string) {
  const folder = await temporaryFolder();
  const runs = join(folder, 'runs');
  await writeSampleRun(join(runs, 'one'));
  await mkdir(join(folder, 'secret'));
  for (const name of ['config.yaml', 'labels.jsonl', 'metrics.jsonl'])
    await writeFile(join(folder, 'secret', name), `${SECRET}\n`);
  const server = await ready([], { runs, token });
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const text = (await rawRequest(`${server.url}/openapi.json`, { headers })).text;
  const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, unknown>> };
  const calls = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ path, method: method.toUpperCase() })),
  );
  return { ...server, runs, folder, calls: calls.filter(({ path }) => path.startsWith('/v1/runs')) };
}

/** As it stands: no client makes a path another one. */
function send(
  url: string,
  { method, path, body }: { method: string; path: string; body?: string },
): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(url);
  const headers = { 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, method, path, headers, agent: false }, (response) => {
      let text = '';
      response.on('data', (piece: Buffer) => (text += piece.toString()));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

describe('calls of pages', () => {
  it('reach nothing but runs by their names, and nothing in runs but what is theirs', async () => {
    const { url, calls, failures } = await serving();
    const named = calls.filter(({ path }) => path.includes('{'));
    expect(named.length).toBeGreaterThan(5);
    for (const { path, method } of named) {
      const parts = [...path.matchAll(/\{(\w+)\}/g)].map(([, part]) => part as string);
      for (const part of parts) {
        for (const name of NAMES) {
          const at = path.replaceAll(/\{(\w+)\}/g, (_, own: string) =>
            own === part ? name : own === 'run' ? 'one' : '1',
          );
          const { status, text } = await send(url, { method, path: at, ...(method === 'POST' && { body: '{}' }) });
          const told = `${method} ${at.slice(0, 100)}: ${status} ${text.slice(0, 200)}`;
          expect(status, told).toBeGreaterThanOrEqual(400);
          expect(status, told).toBeLessThan(500);
          expect(text).not.toMatch(/root:|a-secret-beside/);
        }
      }
    }
    expect(failures).toEqual([]);
  });

  it('refuse bodies that are none, and write nothing for them', async () => {
    const { url, calls, failures, runs } = await serving();
    const before = await readdir(join(runs, 'one'));
    const posts = calls.filter(({ method }) => method === 'POST');
    expect(posts.length).toBeGreaterThan(2);
    for (const { path, method } of posts) {
      for (const body of BODIES) {
        const at = path.replaceAll(/\{(\w+)\}/g, (_, own: string) => (own === 'run' ? 'one' : '1'));
        const { status, text } = await send(url, { method, path: at, body });
        expect(status, `${at} ${body.slice(0, 40)}: ${text.slice(0, 200)}`).toBeGreaterThanOrEqual(400);
        expect(status, `${at} ${body.slice(0, 40)}: ${text.slice(0, 200)}`).toBeLessThan(500);
      }
    }
    expect(await readdir(join(runs, 'one'))).toEqual(before);
    expect(failures).toEqual([]);
  });

  it('want the token, every one of them', async () => {
    const { url, calls } = await serving('secret-token');
    for (const { path, method } of calls) {
      const at = path.replaceAll(/\{(\w+)\}/g, (_, own: string) => (own === 'run' ? 'one' : '1'));
      const { status, text } = await send(url, { method, path: at, ...(method === 'POST' && { body: '{}' }) });
      expect([status, text.includes('secret-token')], `${method} ${at}`).toEqual([401, false]);
    }
  });

  it('are of this site alone', async () => {
    const { url, calls } = await serving();
    for (const { path, method } of calls) {
      const at = path.replaceAll(/\{(\w+)\}/g, (_, own: string) => (own === 'run' ? 'one' : '1'));
      const headers = { origin: 'https://evil.example', 'content-type': 'application/json' };
      const answer = await rawRequest(`${url}${at}`, { method, headers, ...(method === 'POST' && { body: '{}' }) });
      expect(answer.status, `${method} ${at}`).toBe(403);
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });
});
