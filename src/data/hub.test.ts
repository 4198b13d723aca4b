import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { fetchHubFile, listHubFiles, type HubPlace } from './hub.js';

const STALL_MS = 400;
const SIZE = 100;

/** A Hub that answers the first look at a file as it should, and everything else as `answer` does. */
async function hub(answer: (response: ServerResponse) => void): Promise<HubPlace> {
  const server = createServer((request, response) => {
    if (request.headers.range !== 'bytes=0-0') return answer(response);
    response.writeHead(206, { etag: '"x"', 'content-length': '1', 'content-range': `bytes 0-0/${SIZE}` }).end('x');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const hubUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { kind: 'model', repo: 'tiny/x', hubUrl, stallMs: STALL_MS };
}

function drip(response: ServerResponse, bytes: number, everyMs: number): void {
  response.writeHead(200);
  const drops = setInterval(() => response.write(' '.repeat(bytes)), everyMs);
  response.on('close', () => clearInterval(drops));
}

const ways: [string, (response: ServerResponse) => void][] = [
  ['says nothing', () => {}],
  ['stops in the body', (response) => void response.writeHead(200, { 'content-length': String(SIZE) }).write('x')],
  ['drips', (response) => drip(response, 1, 50)],
  ['never ends', (response) => drip(response, 2 ** 20, 0)],
];

describe('a Hub that', () => {
  test.each(ways)('%s keeps nobody waiting for a listing', async (_way, answer) => {
    const call = listHubFiles(await hub(answer));
    await expect(call).rejects.toMatchObject({ code: 'io', where: 'tiny/x' });
  });

  test.each(ways)('%s keeps nobody waiting for a file', async (_way, answer) => {
    const call = fetchHubFile(await hub(answer), 'a.bin', SIZE, join(await temporaryFolder(), 'a.bin'));
    await expect(call).rejects.toMatchObject({ code: 'io', where: 'tiny/x/a.bin' });
  });

  test('sends another file than it lists is believed neither way', async () => {
    const place = await hub((response) => response.end('short'));
    const call = fetchHubFile(place, 'a.bin', SIZE, join(await temporaryFolder(), 'a.bin'));
    await expect(call).rejects.toMatchObject({ code: 'io', message: 'a.bin came with 5 bytes, the Hub lists 100' });
  });

  test('is slow, but gets on, is waited for', async () => {
    const pieces = 8;
    const piece = 2 ** 16;
    const place = await hub((response) => {
      let sent = 0;
      const next = setInterval(() => {
        response.write('y'.repeat(piece));
        if (++sent < pieces) return;
        clearInterval(next);
        response.end();
      }, 500);
    });
    const target = join(await temporaryFolder(), 'a.bin');
    await fetchHubFile({ ...place, stallMs: 3000 }, 'a.bin', pieces * piece, target);
    expect(await readFile(target, 'utf8')).toBe('y'.repeat(pieces * piece));
  });

  test('lists paths that lead out of the folder gives no such files', async () => {
    const paths = ['a/b.jsonl', '../c.jsonl', 'a/../../c.jsonl', '/etc/d', 'C:\\d', 'a\\..\\d', 'e..jsonl'];
    const list = paths.map((path) => ({ type: 'file', oid: 'x', path, size: 1 }));
    const place = await hub((response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(list)),
    );
    expect([...(await listHubFiles(place)).keys()]).toEqual(['a/b.jsonl', 'e..jsonl']);
  });
});
