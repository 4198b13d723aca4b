/**
 * Against a real server: `TINKER_TEST_URL` names one whose model is a folder of this machine, `TINKER_TEST_CHECKPOINTS` the folder of its
 * checkpoints (bench/skyrl). The local engine on the same weights says what is right.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { sizeOf } from '../../models/parameters.js';
import { SafetensorsReader } from '../../models/safetensors.js';
import { TinkerClient } from '../../tinker/index.js';
import { LocalEngine } from '../local/local-engine.js';
import { folderRef } from '../policy-folder.js';
import { STEP, largestGap, raggedGroups, scoredGroups } from '../testing/helpers.js';
import { openTinkerEngine } from './tinker-engine.js';

const baseUrl = process.env['TINKER_TEST_URL'];
const checkpoints = process.env['TINKER_TEST_CHECKPOINTS'];
const isThere = baseUrl !== undefined && checkpoints !== undefined;
const TIMEOUT_MS = 15 * 60_000; // programs are compiled at first
const train = { rank: 8, alpha: 32, targets: 'all-linear', rsLora: false } as const;

test.skipIf(!isThere)(
  `a step on a real server is the local engine's${isThere ? '' : ' (skipped: TINKER_TEST_URL or TINKER_TEST_CHECKPOINTS is not set)'}`,
  async () => {
    const client = { baseUrl: baseUrl!, apiKey: 'tml-test' };
    const service = new TinkerClient(client);
    const { modelName: folder } = (await service.capabilities()).supportedModels[0]!;
    await service.close();
    const temporary = await mkdtemp(join(tmpdir(), 'ra-rft-live-'));
    onTestFinished(() => rm(temporary, { recursive: true, force: true }));
    const engine = openTinkerEngine({ client, model: folder, folder });
    onTestFinished(() => engine.dispose());
    const local = new LocalEngine({ threads: 1 });
    onTestFinished(() => local.dispose());

    // Scores of the base: the server's sampler and the local engine.
    const base = await engine.open(folderRef(folder));
    const ours = await local.open(folderRef(folder));
    const groups = raggedGroups(base.info.vocabSize, 'live');
    expect(
      largestGap(await base.logprobs(scoredGroups(groups)), await ours.logprobs(scoredGroups(groups))),
    ).toBeLessThan(1e-3);

    const policy = await engine.open(folderRef(folder), { train });
    const requests = [{ prompt: Int32Array.of(5, 6, 7), n: 4, seed: 1 }];
    const options = { maxTokens: 8, temperature: 1, stopTokens: [2] };
    const model = /model_\w+/.exec(await savedUri(policy, temporary))![0];
    /** The adapter that the sampler has now. */
    const adapterNow = async (name: string): Promise<string> => {
      await policy.sample(requests, options);
      const saves = join(checkpoints!, model, 'sampler_weights');
      const archives = (await readdir(saves)).filter((file) => file.endsWith('.tar.gz'));
      const newest = archives
        .toSorted((a, b) => Number(/seq(\d+)/.exec(a)![1]) - Number(/seq(\d+)/.exec(b)![1]))
        .at(-1)!;
      const into = join(temporary, name);
      await mkdir(into);
      await promisify(execFile)('tar', ['xzf', join(saves, newest), '-C', into]);
      return into;
    };
    const before = await adapterNow('before');
    const trained = await local.open(folderRef(before), { train, base: folder });
    for (const half of [groups.slice(0, 2), groups.slice(2)]) {
      const there = await policy.forwardBackward(half);
      const here = await trained.forwardBackward(half);
      expect(there.loss).toBeCloseTo(here.loss, 4);
      expect(largestGap(there.logprobs_NGT, here.logprobs_NGT)).toBeLessThan(1e-3);
    }
    const there = await policy.optimStep(STEP);
    const here = await trained.optimStep(STEP);
    console.log(`norm of the gradient: ${there.gradNorm}, locally ${here.gradNorm}`);
    expect(Math.abs(there.gradNorm / here.gradNorm - 1)).toBeLessThan(1e-4);

    // The weights after the step.
    await trained.checkpoint(join(temporary, 'local'));
    const [served, own] = await Promise.all(
      [await adapterNow('after'), join(temporary, 'local')].map((at) => adapterAt(at)),
    );
    let [gap, moved] = [0, 0];
    const start = await adapterAt(before);
    for (const [name, values] of own!) {
      const other = served!.get(name)!;
      for (const [i, value] of values.entries()) {
        gap = Math.max(gap, Math.abs(value - other[i]!));
        moved = Math.max(moved, Math.abs(value - start.get(name)![i]!));
      }
    }
    console.log(`weights after a step: moved by up to ${moved}, apart by up to ${gap}`);
    expect(moved).toBeGreaterThan(0.005);
    expect(gap).toBeLessThan(1e-3 * moved);

    // The sampler is the trainer, now and after going on from a checkpoint.
    const scores = await policy.logprobs(scoredGroups(groups));
    expect(largestGap(scores, await trained.logprobs(scoredGroups(groups)))).toBeLessThan(1e-3);
    const { samples_NG, policyVersion } = await policy.sample(requests, options);
    expect(policyVersion).toBe(1);
    const [sampled] = samples_NG as [(typeof samples_NG)[0]];
    const again = await policy.logprobs([
      { prompt: requests[0]!.prompt, responses: sampled.map(({ tokens }) => tokens) },
    ]);
    expect(largestGap([sampled.map(({ policyLogprobs }) => policyLogprobs!)], again)).toBeLessThan(1e-3);
    const ref = await policy.checkpoint(join(temporary, 'saved'));
    await policy.dispose();
    const resumed = await engine.open(ref, { train, optimizer: true });
    expect(largestGap(await resumed.logprobs(scoredGroups(groups)), scores)).toBeLessThan(1e-4);
    expect((await resumed.sample(requests, options)).policyVersion).toBe(1);
  },
  TIMEOUT_MS,
);

async function savedUri(
  policy: { checkpoint(folder: string): Promise<{ kind: string }> },
  folder: string,
): Promise<string> {
  const ref = await policy.checkpoint(folder);
  return (ref as { uri?: string }).uri ?? '';
}

async function adapterAt(folder: string): Promise<Map<string, Float32Array>> {
  const file = await SafetensorsReader.open(join(folder, 'adapter_model.safetensors'));
  const tensors = new Map<string, Float32Array>();
  for (const name of file.names()) {
    const { shape } = file.info(name);
    const values = new Float32Array(sizeOf(shape));
    await file.readInto(name, shape, values);
    tensors.set(name, values);
  }
  await file.close();
  return tensors;
}
