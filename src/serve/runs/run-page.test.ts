import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createParser } from 'eventsource-parser';
import { expect, describe, it } from 'vitest';
import { ownMark } from '../../core/run-lock.js';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { writeSampleRun } from '../../report/testing/sample-run.js';
import { runPaths } from '../../runs/index.js';
import { post, rawRequest, ready } from '../testing/served.js';
import type { LiveEvent, RunOverview } from './overview-schemas.js';

/** A finished run with all of a report, and a server over its folder. */
async function served(name = 'one', resumeCommand?: [string, ...string[]]) {
  const runs = await temporaryFolder();
  const root = join(runs, name);
  await writeSampleRun(root);
  const arms = ['grpo', 'ra-rft'].map((arm) => `{name: ${arm}, train: none, test: none}`);
  await writeFile(runPaths(root).config, `arms: [${arms.join(', ')}]\n`);
  const server = await ready([], { runs, resumeCommand });
  const url = `${server.url}/v1/runs/${encodeURIComponent(name)}`;
  return { runs, root, server, url, paths: runPaths(root) };
}

/** Reads a stream; `next` gives what comes, one by one. */
async function follow(url: string, after?: string) {
  const controller = new AbortController();
  const answer = await fetch(url, {
    signal: controller.signal,
    headers: after === undefined ? {} : { 'last-event-id': after },
  });
  const waiting: { event?: string | undefined; id?: string | undefined; data: LiveEvent }[] = [];
  const parser = createParser({
    onEvent: ({ event, id, data }) => waiting.push({ event, id, data: JSON.parse(data) as LiveEvent }),
  });
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  const next = async () => {
    while (waiting.length === 0) {
      const { done, value } = await reader.read();
      if (done) return undefined;
      parser.feed(decoder.decode(value, { stream: true }));
    }
    return waiting.shift();
  };
  return { answer, next, leave: () => controller.abort() };
}

const overviewOf = async (url: string) => (await rawRequest(url)).json() as RunOverview;

describe('one run', () => {
  it('says its status, its stages and what it warned of', async () => {
    const { url, paths } = await served();
    expect(await overviewOf(url)).toMatchObject({
      name: 'one',
      status: 'finished',
      alerts: [{ kind: 'warning', code: 'no-mixed-group', where: 'grpo' }],
    });
    await rm(paths.summary);
    expect(await overviewOf(url)).toMatchObject({ status: 'stopped', alerts: [{ kind: 'stopped' }, {}] });
    await writeFile(paths.lock, ownMark());
    await writeFile(paths.progress, JSON.stringify({ tasks: [{ label: 'labels', done: 3 }] }));
    expect(await overviewOf(url)).toMatchObject({
      status: 'running',
      process: { pid: process.pid, host: hostname(), here: true, servesPages: true },
      tasks: [{ label: 'labels', done: 3 }],
    });
  });

  it('gives its report as data, and anew where it has something new', async () => {
    const { url, paths } = await served();
    const titles = async () =>
      ((await rawRequest(`${url}/report`)).json() as { sections: { title: string }[] }).sections.map(
        ({ title }) => title,
      );
    expect(await titles()).toEqual(expect.arrayContaining(['Results', 'Warnings', 'Curves', 'Training', 'Glossary']));
    await rm(paths.metrics);
    expect(await titles()).toContain('Training');
    await appendFile(paths.events, `${JSON.stringify({ time: '', kind: 'stage-finished', stage: 'x' })}\n`);
    expect(await titles()).not.toContain('Training');
  });

  it('is found by its name alone, also below a folder', async () => {
    const { url, server } = await served('group/one');
    expect(await overviewOf(url)).toMatchObject({ name: 'group/one' });
    // Of `..` clients make another address, at which nothing is.
    for (const name of ['..', '%2e%2e%2fgroup', 'group', 'x%00', '/etc', 'o'.repeat(5000)]) {
      for (const rest of ['', '/report', '/live'])
        expect([400, 404]).toContain(
          (await rawRequest(`${server.url}/v1/runs/${encodeURIComponent(name)}${rest}`)).status,
        );
      expect([400, 404]).toContain((await post(`${server.url}/v1/runs/${encodeURIComponent(name)}/stop`, {})).status);
    }
  });

  it('explains every metric that its charts may show', async () => {
    const { server } = await served();
    const { metrics } = (await rawRequest(`${server.url}/v1/metrics`)).json() as { metrics: Record<string, string> };
    expect(metrics).toMatchObject({ rewardMean: expect.stringContaining('reward') as string });
    expect(metrics['loss']).toMatch(/training: .*retriever: /);
  });
});

describe('a run that is followed', () => {
  it('sends all rows, then what is new; and goes on where a page was', async () => {
    const { url, paths } = await served();
    const first = await follow(`${url}/live`);
    expect(first.answer.headers.get('content-type')).toContain('text/event-stream');
    expect((await first.next())?.data).toMatchObject({ kind: 'rows', anew: true, rows: { length: 200 } });
    expect((await first.next())?.data).toMatchObject({ kind: 'overview', overview: { status: 'finished' } });
    await appendFile(paths.metrics, '{"arm":"grpo","step":101}\n{"arm":"grpo","st');
    const grown = await first.next();
    expect(grown?.data).toEqual({ kind: 'rows', anew: false, rows: [{ arm: 'grpo', step: 101 }] });
    first.leave();
    await appendFile(paths.metrics, 'ep":102}\n');
    const second = await follow(`${url}/live`, grown?.id);
    expect((await second.next())?.data).toEqual({ kind: 'rows', anew: false, rows: [{ arm: 'grpo', step: 102 }] });
    await writeFile(`${paths.metrics}.new`, '{"arm":"grpo","step":1}\n');
    await rm(paths.metrics);
    await writeFile(paths.metrics, '{"arm":"grpo","step":1}\n');
    await second.next(); // the overview
    expect((await second.next())?.data).toEqual({ kind: 'rows', anew: true, rows: [{ arm: 'grpo', step: 1 }] });
    second.leave();
  });

  it('ends with the server, which does not wait for it', async () => {
    const { url, server } = await served();
    const { next } = await follow(`${url}/live`);
    await next();
    await next();
    const started = performance.now();
    await server.close();
    expect(performance.now() - started).toBeLessThan(4000);
    expect(await next()).toBeUndefined();
    expect(server.failures).toEqual([]);
  });

  it('says why it can no longer be read', async () => {
    const { url, paths } = await served();
    const { next } = await follow(`${url}/live`);
    await next();
    await next();
    await appendFile(paths.events, 'no JSON\n');
    expect(await next()).toMatchObject({ event: 'failed', data: { error: { code: 'data' } } });
    expect(await next()).toBeUndefined();
  });

  it('is for those with the token alone', async () => {
    const runs = await temporaryFolder();
    await mkdir(join(runs, 'one'));
    await writeFile(join(runs, 'one', 'config.yaml'), 'arms: []\n');
    const { url } = await ready([], { runs, token: 'secret-token' });
    expect((await rawRequest(`${url}/v1/runs/one/live`)).status).toBe(401);
    expect((await post(`${url}/v1/runs/one/stop`, {})).status).toBe(401);
  });
});

describe('stop and resume', () => {
  it('are refused where there is nothing to stop, or nothing to go on with', async () => {
    const { url, paths } = await served('one', [process.execPath, '-e', '']);
    expect(await post(`${url}/stop`, {})).toMatchObject({
      status: 409,
      text: expect.stringContaining('no process') as string,
    });
    expect(await post(`${url}/resume`, {})).toMatchObject({
      status: 409,
      text: expect.stringContaining('its end') as string,
    });
    await rm(paths.summary);
    await writeFile(paths.lock, JSON.stringify({ pid: 1, host: 'another', started: '' }));
    expect(await post(`${url}/stop`, {})).toMatchObject({
      status: 409,
      text: expect.stringContaining('another') as string,
    });
    expect(await post(`${url}/resume`, {})).toMatchObject({
      status: 409,
      text: expect.stringContaining('at work') as string,
    });
  });

  it('are for POST alone, with a body of JSON, from no other site', async () => {
    const { url } = await served();
    for (const verb of ['stop', 'resume']) {
      expect((await rawRequest(`${url}/${verb}`)).status).toBe(404);
      expect((await post(`${url}/${verb}`, { force: true })).status).toBe(400);
      expect((await post(`${url}/${verb}`, 'no JSON')).status).toBe(400);
      expect((await post(`${url}/${verb}`, {}, { origin: 'https://evil.example' })).status).toBe(403);
      expect((await post(`${url}/${verb}`, {}, { 'content-type': 'text/plain' })).status).toBe(415);
    }
  });

  it('says what the process said that could not go on', async () => {
    const { url, paths } = await served('one', [
      process.execPath,
      '-e',
      'console.error("the disk is full"); process.exit(3)',
    ]);
    await rm(paths.summary);
    expect(await post(`${url}/resume`, {})).toMatchObject({
      status: 409,
      text: expect.stringContaining('the disk is full') as string,
    });
    expect((await overviewOf(url)).log).toContain('the disk is full');
  });
});
