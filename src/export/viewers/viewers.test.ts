import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetReadObjects, asyncBufferFromFile } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import protobuf from 'protobufjs';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { averagesByProblem } from '../../eval/index.js';
import { readRunData } from '../../report/index.js';
import { HOSTILE, writeSampleRun } from '../../report/testing/sample-run.js';
import { crc32c, eventFile } from './event-file.js';
import { projectName } from './trackio.js';
import { exportViewer } from './write.js';

const none = { arms: [], version: '1.2.3' };

async function sampleRun(): Promise<{ folder: string; root: string }> {
  const folder = await temporaryFolder();
  const root = join(folder, 'my_run.1');
  await writeSampleRun(root);
  return { folder, root };
}

/** The messages of an event file; throws where a checksum is wrong. */
function messagesOf(file: Buffer): Buffer[] {
  const masked = (bytes: Buffer) => {
    const crc = crc32c(bytes);
    return ((((crc >>> 15) | (crc << 17)) >>> 0) + 0xa282ead8) >>> 0;
  };
  const messages: Buffer[] = [];
  for (let at = 0; at < file.length;) {
    const length = Number(file.readBigUInt64LE(at));
    const message = file.subarray(at + 12, at + 12 + length);
    expect(file.readUInt32LE(at + 8)).toBe(masked(file.subarray(at, at + 8)));
    expect(file.readUInt32LE(at + 12 + length)).toBe(masked(message));
    messages.push(message);
    at += 16 + length;
  }
  return messages;
}

describe('event files', () => {
  test('the checksum is CRC-32C', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283); // the check value of the catalogue of CRCs
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa); // RFC 3720, B.4
  });

  test('a number of 0 is written: a viewer would leave out what is missing', () => {
    const [head, event] = messagesOf(eventFile([{ time: 7, step: 0, values: [{ tag: 'a', number: 0 }] }])) as [
      Buffer,
      Buffer,
    ];
    expect(head.includes('brain.Event:2')).toBe(true);
    // wall_time (1, 64 bits), no step (that is 0), summary (5) > value (1) > tag (1) "a", simple_value (2, 32 bits) of zeros.
    const reader = protobuf.Reader.create(event);
    expect([reader.uint32() >>> 3, reader.double()]).toEqual([1, 7]);
    expect([reader.uint32() >>> 3, [...reader.bytes()]]).toEqual([5, [10, 8, 10, 1, 97, 21, 0, 0, 0, 0]]);
  });
});

describe('exportViewer', () => {
  test('tensorboard: a file for each arm that holds its numbers, its evaluations and some answers', async () => {
    const { folder, root } = await sampleRun();
    const out = join(folder, 'out');
    const { files, unfinished } = await exportViewer(root, 'tensorboard', { ...none, out });
    expect(unfinished).toBe(false);
    expect(files.map((path) => path.split('/')[0])).toEqual([
      'grpo',
      'ra-rft',
      'random-trace',
      'grpo-retrieval-at-test',
    ]);
    const file = await readFile(join(out, files[0]!));
    const messages = messagesOf(file);
    // The version, the configuration, 100 steps, 3 evaluations with answers of two splits.
    expect(messages).toHaveLength(1 + 1 + 100 + 3 + 6);
    for (const tag of ['train/rewardMean', 'eval/unseen/average', 'eval/seen/answers', 'config.yaml'])
      expect(file.includes(tag)).toBe(true);
  });

  test('inspect: a log for each evaluation, in which a failed verdict is an error and no wrong answer', async () => {
    const { folder, root } = await sampleRun();
    const out = join(folder, 'out');
    const { files } = await exportViewer(root, 'inspect', { ...none, out, arms: ['ra-rft'] });
    expect(files).toHaveLength(3);
    // The form that Inspect finds logs by.
    for (const [i, step] of ['000000', '000020', '000040'].entries())
      expect(files[i]).toMatch(new RegExp(`^1970-01-01T00-00-00\\+00-00_ra-rft-step-${step}_[0-9a-f]{16}\\.json$`));
    const log = JSON.parse(await readFile(join(out, files[2]!), 'utf8')) as Log;
    const { evaluations } = await readRunData(root);
    const { records } = evaluations.find(({ arm, step }) => arm === 'ra-rft' && step === 40)!;
    const averages = [...averagesByProblem(records).values()];
    expect(log.results.scores[0]!.metrics.mean.value).toBeCloseTo(
      averages.reduce((a, b) => a + b, 0) / averages.length,
      12,
    );
    const failed = records.flatMap(({ samples }) => samples.filter(({ reward }) => reward === null));
    expect(failed.length).toBeGreaterThan(0);
    expect(log.samples.filter(({ error }) => error)).toHaveLength(failed.length);
    expect(log.samples.filter(({ scores, error }) => scores && error)).toEqual([]);
    expect(log.samples).toHaveLength(160);
    expect(log.samples[0]).toMatchObject({ id: 'q0', epoch: 1, target: '0', metadata: { traces: [{ id: 't3' }] } });
    expect(log.samples.find(({ id }) => id === 'q25')!.input).toBe(HOSTILE);
  });

  test('trackio: its own Parquet files, every answer a trace with the trace that it was shown', async () => {
    const { folder, root } = await sampleRun();
    const out = join(folder, 'out');
    const { files } = await exportViewer(root, 'trackio', { ...none, out });
    expect(files).toEqual(['my-run-1.parquet', 'my-run-1_configs.parquet', 'my-run-1_traces.parquet', 'show.py']);
    const rowsOf = async (name: string) =>
      parquetReadObjects({ file: await asyncBufferFromFile(join(out, name)), compressors });
    const metrics = await rowsOf(files[0]!);
    const step = metrics.find(
      ({ run_name, step: at, metrics: text }) => run_name === 'grpo' && at === 7n && text.includes('train/'),
    )!;
    const row = (await readRunData(root)).metrics.find(({ arm, step: at }) => arm === 'grpo' && at === 7)!;
    expect(JSON.parse(step['metrics'] as string)).toEqual({
      'train/rewardMean': row['rewardMean'],
      'train/mixedShare': 0.4,
    });
    const traces = await rowsOf(files[2]!);
    expect(traces).toHaveLength((3 * 3 + 2) * 160);
    expect(new Set(traces.map(({ id }) => id as string)).size).toBe(traces.length);
    const shown = traces.find(({ run_name }) => run_name === 'ra-rft')!;
    expect((JSON.parse(shown['messages'] as string) as { role: string }[]).map(({ role }) => role)).toEqual([
      'system',
      'user',
      'assistant',
    ]);
  });

  test('names of projects are such that Trackio takes them', () => {
    expect(['a_traces', 'b c', 'registry-x', 'mine-1'].map(projectName)).toEqual([
      'a-traces',
      'b-c',
      'run-registry-x',
      'mine-1',
    ]);
  });

  test('a run that has not ended is exported as far as it is; nothing is written of one without anything, or over anything', async () => {
    const { folder, root } = await sampleRun();
    await rm(join(root, 'summary.json'));
    const out = join(folder, 'out');
    expect(await exportViewer(root, 'inspect', { ...none, out })).toMatchObject({ unfinished: true });
    await expect(exportViewer(root, 'inspect', { ...none, out })).rejects.toMatchObject({ code: 'io', where: out });
    await expect(
      exportViewer(root, 'inspect', { ...none, out: join(folder, 'b'), arms: ['gpro'] }),
    ).rejects.toMatchObject({
      code: 'usage',
      hint: 'Did you mean grpo?',
    });
    const fresh = join(folder, 'fresh');
    await mkdir(fresh);
    await writeFile(join(fresh, 'config.yaml'), 'seed: 3\n');
    for (const viewer of ['inspect', 'trackio', 'tensorboard'] as const)
      await expect(exportViewer(fresh, viewer, { ...none, out: join(folder, 'c') })).rejects.toMatchObject({
        code: 'data',
        where: fresh,
      });
    expect(await readdir(folder)).not.toContain('c');
  });
});

interface Log {
  results: { scores: { metrics: { mean: { value: number } } }[] };
  samples: { id: string; input: string; scores?: object; error?: object }[];
}
