/**
 * A user's own task in miniature, in files: JSONL under field names of their own, a word-level tokenizer of some forty
 * words, a random Qwen3-style model of a few thousand parameters, a configuration.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeJsonAtomic } from '../../core/files.js';
import { Rng } from '../../core/rng.js';
import { writeJsonl } from '../../data/index.js';
import { FakeEngine } from '../../engine/index.js';
import { randomParams, writeCheckpoint, type DecoderConfig } from '../../models/index.js';
import type { OpenEngine } from '../session.js';

const operations: Record<string, (a: number, b: number) => number> = {
  zib: (a, b) => (a + b) % 10,
  gop: (a, b) => (a * b) % 10,
};

export const vocabulary: readonly string[] = [
  '<pad>',
  '<unk>',
  '<end>',
  'Problem',
  'Solution',
  ':',
  '.',
  'apples',
  'pears',
  ...Object.keys(operations),
  ...Array.from({ length: 10 }, (_, n) => String(n)),
  ...Array.from({ length: 10 }, (_, n) => `\\boxed{${n}}`),
];

const tokenizer = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: vocabulary.slice(0, 3).map((content, id) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  })),
  normalizer: null,
  pre_tokenizer: {
    type: 'Split',
    pattern: { Regex: '\\\\boxed\\{\\d\\}|[A-Za-z]+|\\d|[^\\sA-Za-z0-9]' },
    behavior: 'Removed',
    invert: true,
  },
  post_processor: null,
  decoder: null,
  model: {
    type: 'WordLevel',
    vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
    unk_token: '<unk>',
  },
};

const decoder: DecoderConfig = {
  architecture: 'qwen3',
  hidden: 16,
  layers: 1,
  heads: 2,
  kvHeads: 1,
  headDim: 8,
  ffn: 32,
  vocab: vocabulary.length,
  ropeTheta: 10000,
  rmsEps: 1e-6,
  tied: true,
  qkvBias: false,
  qkNorm: true,
  maxPosition: 128,
  eosIds: [2],
  padId: 0,
  dtype: 'float32',
};

/** Lines as a user might have them: `ask`, `gold`, `work`, `meta.kind`. */
function lines(count: number, seed: string): Record<string, unknown>[] {
  const rng = Rng.fromSeed(seed);
  const seen = new Set<string>();
  const out: Record<string, unknown>[] = [];
  while (out.length < count) {
    const kind = rng.pick(Object.keys(operations));
    const [a, b] = [rng.int(10), rng.int(10)];
    const ask = `${kind} ${a} ${b} ${rng.pick(['apples', 'pears'])} .`;
    if (seen.has(ask)) continue;
    seen.add(ask);
    const gold = operations[kind]!(a, b);
    out.push({ ask, gold, work: `${kind} ${a} ${b} : \\boxed{${gold}}`, meta: { kind } });
  }
  return out;
}

/** Writes everything into `folder` and returns the path of the configuration. */
export async function writeTinyTask(folder: string, changes: Record<string, unknown> = {}): Promise<string> {
  const model = join(folder, 'model');
  await mkdir(model, { recursive: true });
  await writeCheckpoint(model, {
    config: decoder,
    params: randomParams(decoder, Rng.fromSeed('tiny'), { deviation: 0.3 }),
  });
  await writeJsonAtomic(join(model, 'tokenizer.json'), tokenizer);
  await writeJsonAtomic(join(model, 'tokenizer_config.json'), {
    eos_token: '<end>',
    pad_token: '<pad>',
    unk_token: '<unk>',
  });
  await writeJsonl(join(folder, 'problems.jsonl'), lines(70, 'problems'));
  await writeJsonl(join(folder, 'corpus.jsonl'), lines(40, 'corpus'));
  await writeFile(
    join(folder, 'reward.mjs'),
    `export default (problem, response) => (response.includes('\\\\boxed{' + problem.answer + '}') ? 1 : response.includes('boxed') ? 0.25 : 0);\n`,
  );
  const fields = { question: 'ask', answer: 'gold', solution: 'work', truth: 'meta.kind' };
  const config = {
    name: 'tiny',
    model: { path: './model' },
    data: {
      source: 'files',
      problems: { path: './problems.jsonl', fields },
      corpus: { path: './corpus.jsonl', fields },
      testShare: 0.3,
    },
    reward: './reward.mjs',
    prompt: { maxPromptTokens: 64 },
    generation: { maxTokens: 6 },
    labels: { maxQueries: 30, maxCandidates: 12, topPositives: 3 },
    retriever: { steps: 20, batchSize: 8, dim: 8, validationShare: 0.2, testShare: 0.2, checkpointEverySteps: 3 },
    rl: {
      steps: 4,
      promptsPerStep: 6,
      groupSize: 4,
      maxGroupsPerUpdate: 4,
      learningRate: 0.02,
      warmupSteps: 2,
      checkpointEverySteps: 2,
    },
    eval: { k: 2, everySteps: 2, bootstrapSamples: 100 },
    ...changes,
  };
  const path = join(folder, 'config.yaml');
  // JSON is YAML.
  await writeFile(path, JSON.stringify(config, null, 2));
  return path;
}

/** The exact fake in place of the local engine; the model's folder stands for the fake's own first weights. */
export const openFakeEngine: OpenEngine = () =>
  new FakeEngine({ vocabSize: vocabulary.length, maxContext: 128, seed: 1 });
