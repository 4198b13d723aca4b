/** One part of the engine benchmark; prints a JSON list of measures. Shapes are those of shapes.json, which the peers use too. */
import { fileURLToPath } from 'node:url';
import { Rng } from '../src/core/rng.js';
import { LocalEngine, type OpenOptions, type Policy, type TrainGroup } from '../src/engine/index.js';
import { readDecoderConfig, type DecoderConfig } from '../src/models/hf-config.js';
import { paramSpecs, randomParams, sizeOf } from '../src/models/parameters.js';
import { compile, Graph, matmul } from '../src/tensor/index.js';
import type { Part } from './engine.js';
import { fastestSeconds, medianSeconds, peakGigabytes, type Measure } from './measure.js';
import { configOf, readShape } from './shapes.js';

const [part, json] = process.argv.slice(2) as [Part, string];
const { smoke, threads } = JSON.parse(json) as { smoke: boolean; threads: number };
const ROUNDS = smoke ? 1 : 3;
const GROUP = smoke ? { responses: 2, prompt: 16, response: 8 } : { responses: 8, prompt: 256, response: 128 };
const SAMPLE = smoke ? { prompt: 16, new: 4 } : { prompt: 128, new: 128 };
const GRPO: Record<string, { prompts: number; responses: number }> = {
  '3m': { prompts: 8, responses: 8 },
  '135m': { prompts: 4, responses: 8 },
};
const GRPO_LENGTHS = smoke ? { prompt: 16, new: 4 } : { prompt: 128, new: 64 };
const ADAM = { learningRate: 1e-6, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, maxGradNorm: 0 };
const rng = Rng.fromSeed('bench');

function open(config: DecoderConfig, train: OpenOptions['train'] = 'full'): Promise<Policy> {
  const engine = new LocalEngine({ threads });
  return engine.adopt('bench', config, randomParams(config, Rng.fromSeed(1)), { train });
}

const tokens = (n: number, vocab: number) => Int32Array.from({ length: n }, () => rng.int(vocab));

function groupsOf(count: number, sizes: { responses: number; prompt: number; response: number }, vocab: number) {
  return Array.from({ length: count }, (): TrainGroup => {
    const prompt = tokens(sizes.prompt, vocab);
    const responses = Array.from({ length: sizes.responses }, () => {
      const values = (x: number) => new Float32Array(sizes.response).fill(x);
      return { tokens: tokens(sizes.response, vocab), slopes: values(1e-3 * rng.normal()) };
    });
    return { prompt, responses };
  });
}

/** GFLOP/s of one product of 2048 x 2048 matrices, both fed at run time, as weights and activations are. */
async function gemmPeak(size = smoke ? 128 : 2048): Promise<number> {
  const graph = new Graph('peak');
  const input = (name: string) => graph.input(name, 'float32', [size, size]);
  graph.output('y', matmul(input('a'), input('b')));
  const program = await compile(graph, { threads });
  const values = () => Float32Array.from({ length: size * size }, () => rng.next());
  const feeds = { a: values(), b: values() };
  const fetches = { y: { data: new Float32Array(size * size), shape: [size, size] } };
  const seconds = await fastestSeconds(20, () => program.run(feeds, fetches));
  await program.dispose();
  return (2 * size ** 3) / seconds / 1e9;
}

/** Multiplications and additions of a training step's matrix products: three for each weight and row, and attention's causal half. */
function trainFlops(config: DecoderConfig, rows: number, length: number): number {
  const weights = paramSpecs(config).filter((s) => s.decay);
  const perRow = 2 * weights.reduce((n, s) => n + sizeOf(s.shape), 0);
  const attention = 2 * 2 * config.layers * config.heads * config.headDim * (length / 2);
  return 3 * rows * length * (perRow + attention);
}

/** A training step of all weights, or (`lora`) of adapters of rank 16 on all products: the same work otherwise. */
async function train(name: string, kind: 'train' | 'lora'): Promise<Measure[]> {
  const shape = readShape(name, smoke);
  const config = configOf(shape);
  const lora = { rank: 16, alpha: 32, targets: 'all-linear', rsLora: false } as const;
  const policy = await open(config, kind === 'lora' ? lora : 'full');
  const groups = groupsOf(shape.rows, { responses: 1, prompt: 1, response: shape.length }, shape.vocab);
  const peak = await gemmPeak();
  const seconds = await medianSeconds(ROUNDS, async () => {
    await policy.forwardBackward(groups);
    await policy.optimStep(ADAM);
  });
  await policy.dispose();
  const rate = trainFlops(config, shape.rows, shape.length) / seconds / 1e9;
  return [
    { measure: `${kind}_${name}_s`, value: seconds, unit: 's' },
    { measure: `${kind}_${name}_tokens_per_s`, value: (shape.rows * shape.length) / seconds, unit: 'tokens/s' },
    // Of an adapter's step, no whole weight's gradient is a product: it has fewer to do.
    ...(kind === 'train' ? [{ measure: `train_${name}_share_of_peak`, value: rate / peak, unit: 'ratio' }] : []),
    { measure: `${kind}_${name}_peak_gb`, value: peakGigabytes(), unit: 'GB' },
  ];
}

async function shared(name: string): Promise<Measure[]> {
  const shape = readShape(name, smoke);
  const policy = await open(configOf(shape));
  const [group] = groupsOf(1, GROUP, shape.vocab) as [TrainGroup];
  const alone = group.responses.map((r) => ({ prompt: group.prompt, responses: [r] }));
  const step = (groups: TrainGroup[]) => async () => {
    await policy.forwardBackward(groups);
    await policy.optimStep(ADAM);
  };
  const together = await medianSeconds(ROUNDS, step([group]));
  const peak = peakGigabytes();
  const apart = await medianSeconds(ROUNDS, step(alone));
  await policy.dispose();
  return [
    { measure: `shared_group_${name}_s`, value: together, unit: 's' },
    { measure: `naive_group_${name}_s`, value: apart, unit: 's' },
    { measure: `shared_over_naive_${name}`, value: apart / together, unit: 'ratio' },
    { measure: `shared_group_${name}_peak_gb`, value: peak, unit: 'GB' },
  ];
}

/** As reinforcement learning samples: groups of eight responses to one prompt; and 64 responses to as many prompts. */
const BATCHES = [
  { batch: 'b1', prompts: 1, responses: 1 },
  { batch: 'b8', prompts: 1, responses: 8 },
  { batch: 'b64', prompts: 8, responses: 8 },
  { batch: 'b64_distinct', prompts: 64, responses: 1 },
];

async function sample(name: string): Promise<Measure[]> {
  const shape = readShape(name, smoke);
  const policy = await open(configOf(shape));
  const measures: Measure[] = [];
  for (const { batch, prompts, responses } of BATCHES) {
    const requests = Array.from({ length: prompts }, (_, seed) => ({
      prompt: tokens(SAMPLE.prompt, shape.vocab),
      n: responses,
      seed,
    }));
    const options = { maxTokens: SAMPLE.new, temperature: 1, stopTokens: [] };
    const seconds = await medianSeconds(ROUNDS, () => policy.sample(requests, options));
    const value = (prompts * responses * SAMPLE.new) / seconds;
    measures.push({ measure: `sample_${name}_${batch}_tokens_per_s`, value, unit: 'tokens/s' });
  }
  await policy.dispose();
  return [...measures, { measure: `sample_${name}_peak_gb`, value: peakGigabytes(), unit: 'GB' }];
}

async function grpo(name: string): Promise<Measure[]> {
  const shape = readShape(name, smoke);
  const policy = await open(configOf(shape));
  const { prompts, responses } = GRPO[name]!;
  const requests = Array.from({ length: prompts }, (_, seed) => ({
    prompt: tokens(GRPO_LENGTHS.prompt, shape.vocab),
    n: responses,
    seed,
  }));
  const seconds: Record<'sample' | 'train', number> = { sample: 0, train: 0 };
  const whole = await medianSeconds(ROUNDS, async () => {
    const start = performance.now();
    const options = { maxTokens: GRPO_LENGTHS.new, temperature: 1, stopTokens: [] };
    const { samples_NG } = await policy.sample(requests, options);
    const middle = performance.now();
    const groups = requests.map(({ prompt }, n) => ({
      prompt,
      responses: samples_NG[n]!.map(({ tokens: drawn }) => {
        const slopes = new Float32Array(drawn.length).fill(1e-3 * rng.normal());
        return { tokens: drawn, slopes };
      }),
    }));
    await policy.forwardBackward(groups);
    await policy.optimStep(ADAM);
    seconds.sample = (middle - start) / 1000;
    seconds.train = (performance.now() - middle) / 1000;
  });
  await policy.dispose();
  return [
    { measure: `grpo_step_${name}_s`, value: whole, unit: 's' },
    { measure: `grpo_step_${name}_sample_s`, value: seconds.sample, unit: 's' },
    { measure: `grpo_step_${name}_train_s`, value: seconds.train, unit: 's' },
    { measure: `grpo_step_${name}_peak_gb`, value: peakGigabytes(), unit: 'GB' },
  ];
}

/** The embedded world's model at the sizes of its own runs. */
async function world(): Promise<Measure[]> {
  const [count, length] = [32, 112];
  const config = await readDecoderConfig(fileURLToPath(new URL('../assets/base', import.meta.url)));
  const { vocab } = config;
  const policy = await open(config);
  const requests = Array.from({ length: 32 }, (_, seed) => ({ prompt: tokens(60 + rng.int(20), vocab), n: 8, seed }));
  const options = { maxTokens: 20, temperature: 1, stopTokens: [] };
  const groups = requests
    .slice(0, 16)
    .flatMap(({ prompt }) => groupsOf(1, { responses: 8, prompt: prompt.length, response: 18 }, vocab));
  const pairs = Array.from({ length: 512 }, () => ({ prompt: tokens(45, vocab), responses: [tokens(20, vocab)] }));
  const rows = groupsOf(count, { responses: 1, prompt: 1, response: length }, vocab);
  const step = (work: TrainGroup[]) => async () => {
    await policy.forwardBackward(work);
    await policy.optimStep(ADAM);
  };
  const measures = [
    {
      measure: 'world_sample_256x20_s',
      value: await medianSeconds(5, () => policy.sample(requests, options)),
      unit: 's',
    },
    { measure: 'world_train_16x8_s', value: await medianSeconds(5, step(groups)), unit: 's' },
    { measure: 'world_pretrain_32x112_s', value: await medianSeconds(5, step(rows)), unit: 's' },
    {
      measure: 'world_score_pair_ms',
      value: ((await medianSeconds(3, () => policy.logprobs(pairs))) / 512) * 1000,
      unit: 'ms',
    },
  ];
  await policy.dispose();
  return measures;
}

const [what, name = ''] = part.split('-');
const work: Record<string, () => Promise<Measure[]>> = {
  peak: async () => [{ measure: 'gemm_peak_gflops', value: await gemmPeak(), unit: 'GFLOP/s' }],
  train: () => train(name, 'train'),
  lora: () => train(name, 'lora'),
  shared: () => shared(name),
  sample: () => sample(name),
  grpo: () => grpo(name),
  world,
};
process.stdout.write(JSON.stringify(await work[what!]!()));
