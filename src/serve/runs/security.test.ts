/** What the calls of pages do with names, paths and bodies that nobody's page sends; of all calls that the OpenAPI document has. */
import { request as httpRequest } from 'node:http';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { writeSampleRun } from '../../report/testing/sample-run.js';
import { rawRequest, ready } from '../testing/served.js';

const SECRET = 'a-secret-beside-the-runs';

/** Hundreds of calls: some ten seconds where nothing else is at work. */
const LONGEST_MS = 600_000;

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
  const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, Described>> };
  const calls = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [] }]) => ({
      path,
      method: method.toUpperCase(),
      queries: parameters.filter((one) => one.in === 'query').map(({ name }) => name),
    })),
  );
  return { ...server, runs, folder, calls };
}

/** What the document says of a call, as far as it is asked here. */
interface Described {
  parameters?: { name: string; in: string }[];
}

/** A path of the document with the run that there is, and another value for one of its parts. */
const filled = (path: string, part?: string, value = '') =>
  path.replaceAll(/\{(\w+)\}/g, (_, own: string) => (own === part ? value : own === 'run' ? 'one' : '1'));

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
  it(
    'reach nothing but runs by their names, and nothing in runs but what is theirs',
    { timeout: LONGEST_MS },
    async () => {
      const { url, calls, failures } = await serving();
      const named = calls.filter(({ path }) => path.includes('{'));
      expect(named.length).toBeGreaterThan(5);
      for (const { path, method } of named) {
        const parts = [...path.matchAll(/\{(\w+)\}/g)].map(([, part]) => part as string);
        for (const part of parts) {
          for (const name of NAMES) {
            const at = filled(path, part, name);
            const { status, text } = await send(url, { method, path: at, ...(method === 'POST' && { body: '{}' }) });
            const told = `${method} ${at.slice(0, 100)}: ${status} ${text.slice(0, 200)}`;
            expect(status, told).toBeGreaterThanOrEqual(400);
            expect(status, told).toBeLessThan(500);
            expect(text).not.toMatch(/root:|a-secret-beside/);
          }
        }
      }
      expect(failures).toEqual([]);
    },
  );

  it('refuse bodies that are none, and write nothing for them', async () => {
    const { url, calls, failures, runs } = await serving();
    const before = await readdir(join(runs, 'one'));
    const posts = calls.filter(({ method }) => method === 'POST');
    expect(posts.length).toBeGreaterThan(2);
    for (const { path, method } of posts) {
      for (const body of BODIES) {
        const at = filled(path);
        const { status, text } = await send(url, { method, path: at, body });
        expect(status, `${at} ${body.slice(0, 40)}: ${text.slice(0, 200)}`).toBeGreaterThanOrEqual(400);
        expect(status, `${at} ${body.slice(0, 40)}: ${text.slice(0, 200)}`).toBeLessThan(500);
      }
    }
    expect(await readdir(join(runs, 'one'))).toEqual(before);
    expect(failures).toEqual([]);
  });

  it(
    'take what follows the ? for texts and numbers, and never for places of files',
    { timeout: LONGEST_MS },
    async () => {
      const { url, calls, failures } = await serving();
      const asking = calls.filter(({ queries }) => queries.length > 0);
      expect(asking.map(({ path }) => path)).toContain('/v1/compare');
      for (const { path, method, queries } of asking) {
        for (const query of queries) {
          for (const name of NAMES) {
            const sides = path.startsWith('/v1/compare') ? { a: 'one%3Agrpo', b: 'one%3Ara-rft', problem: 'q0' } : {};
            const values = query === 'a' || query === 'b' ? [name, `${name}%3Agrpo`, `one%3A${name}`] : [name];
            for (const value of values) {
              const given = Object.entries({ ...sides, [query]: value }).map((pair) => pair.join('='));
              const { status, text } = await send(url, { method, path: `${filled(path)}?${given.join('&')}` });
              const told = `${path} ${query}=${value.slice(0, 60)}: ${status} ${text.slice(0, 200)}`;
              expect(status, told).toBeLessThan(500);
              if (values.length > 1) expect(status, told).toBeGreaterThanOrEqual(400);
              expect(text).not.toMatch(/root:|a-secret-beside/);
            }
          }
        }
      }
      expect(failures).toEqual([]);
    },
  );

  it('stop and resume nothing that is not at work, or has come to its end', async () => {
    const { url, runs, failures } = await serving();
    const before = await readdir(join(runs, 'one'));
    for (const verb of ['stop', 'resume']) {
      const { status, text } = await send(url, { method: 'POST', path: `/v1/runs/one/${verb}`, body: '{}' });
      expect([status >= 400 && status < 500, text], verb).toEqual([true, expect.stringContaining('run-folder')]);
    }
    expect(await readdir(join(runs, 'one'))).toEqual(before);
    expect(failures).toEqual([]);
  });

  it('go on with a stream wherever the caller says that it stands', async () => {
    const { url, failures } = await serving();
    for (const id of [...NAMES, 'metrics.jsonl@5', '../../secret/metrics.jsonl@0', '1-2@999999999999999']) {
      const leaving = new AbortController();
      const answer = await fetch(`${url}/v1/runs/one/live`, {
        headers: { 'last-event-id': id },
        signal: leaving.signal,
      });
      const { value } = await answer.body!.getReader().read();
      const text = new TextDecoder().decode(value);
      leaving.abort();
      expect(answer.status, id).toBe(200);
      expect(text, id).toContain('"kind":"rows"');
      expect(text).not.toContain(SECRET);
    }
    expect(failures).toEqual([]);
  });

  it('want the token, every one of them', async () => {
    const { url, calls } = await serving('secret-token');
    for (const path of ['/v1/runs/{run}/live', '/v1/runs/{run}/stop', '/v1/runs/{run}/resume', '/v1/runs/{run}/sql'])
      expect(calls.map((one) => one.path)).toContain(path);
    for (const { path, method } of calls) {
      const post = method === 'POST' && { body: '{}' };
      const { status, text } = await send(url, { method, path: filled(path), ...post });
      expect([status, text.includes('secret-token')], `${method} ${path}`).toEqual([401, false]);
    }
  });

  it('are of this site alone: no other Origin, no other name, no form', async () => {
    const { url, calls } = await serving();
    const json = { 'content-type': 'application/json' };
    for (const { path, method } of calls) {
      const post = method === 'POST' && { body: '{}' };
      const asked = (headers: Record<string, string>) =>
        rawRequest(`${url}${filled(path)}`, { method, headers, ...post });
      const foreign = await asked({ ...json, origin: 'https://evil.example' });
      expect(foreign.status, `${method} ${path}`).toBe(403);
      expect(Object.keys(foreign.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
      expect((await asked({ ...json, host: 'evil.example' })).status, `${method} ${path}`).toBe(421);
      if (post) expect((await asked({ 'content-type': 'text/plain' })).status, path).toBe(415);
    }
  });
});
