/** Against a real server: `TINKER_TEST_URL` names one (bench/skyrl starts one). Its vocabulary has 400 tokens or more. */
import { expect, onTestFinished, test } from 'vitest';
import { TinkerClient } from './index.js';
import { adam } from './testing/client.js';

const url = process.env['TINKER_TEST_URL'];
const VOCAB = 400;
const TIMEOUT_MS = 15 * 60_000; // programs are compiled at first

test.skipIf(url === undefined)(
  `a real server trains, samples, saves and resumes${url === undefined ? ' (skipped: TINKER_TEST_URL is not set)' : ''}`,
  async () => {
    const service = new TinkerClient({ baseUrl: url!, apiKey: 'tml-test' });
    onTestFinished(() => service.close());
    const { modelName } = (await service.capabilities()).supportedModels[0]!;
    const model = await service.createTrainingClient({
      baseModel: modelName,
      train: { rank: 8, seed: 0 },
      vocabSize: VOCAB,
    });

    const text = Int32Array.from({ length: 13 }, (_, i) => 20 + 7 * i);
    const tokens = text.subarray(0, -1);
    const lossFnInputs = { targetTokens: text.subarray(1), weights: new Float32Array(tokens.length).fill(1) };
    const pass = { data: Array.from({ length: 8 }, () => ({ tokens, lossFnInputs })), lossFn: 'cross_entropy' };
    const loss = (logprobs: Float32Array) => -logprobs.reduce((sum, one) => sum + one, 0) / logprobs.length;
    const losses: number[] = [];
    for (let i = 0; i < 4; i++) {
      const [{ outputs }] = await Promise.all([
        model.forwardBackward(pass),
        model.optimStep({ ...adam, learningRate: 3e-3 }),
      ]);
      losses.push(loss(outputs[0]!.logprobs));
    }
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);

    const policy = await model.saveWeightsAndGetSamplingClient();
    const prompt = text.subarray(0, 5);
    const samplingParams = { maxTokens: 8, temperature: 1, seed: 7, stop: [2] };
    const samples = await policy.sample({ prompt, numSamples: 4, samplingParams });
    expect(await policy.sample({ prompt, numSamples: 4, samplingParams })).toEqual(samples);

    // The sampler and the trainer are of one mind.
    const [sample] = samples;
    const whole = Int32Array.from([...prompt, ...sample!.tokens]);
    const scored = await model.forward({
      data: [{ tokens: whole.subarray(0, -1), lossFnInputs: { targetTokens: whole.subarray(1) } }],
      lossFn: 'cross_entropy',
    });
    const gaps = sample!.logprobs.map((one, i) => Math.abs(one - scored.outputs[0]!.logprobs[prompt.length - 1 + i]!));
    expect(Math.max(...gaps)).toBeLessThan(1e-3);

    const now = loss((await model.forward(pass)).outputs[0]!.logprobs);
    const path = await model.saveState(`state-${Date.now()}`);
    await model.unload();
    const resumed = await service.createTrainingClientFromState({ path, optimizer: true, vocabSize: VOCAB });
    expect(loss((await resumed.forward(pass)).outputs[0]!.logprobs)).toBeCloseTo(now, 4);
    await expect(resumed.forward({ ...pass, lossFn: 'no such loss' })).rejects.toMatchObject({
      name: 'TinkerError',
      kind: 'refused',
    });
    await expect(model.forward(pass)).rejects.toMatchObject({ name: 'TinkerError' });
    await resumed.unload();
  },
  TIMEOUT_MS,
);
