/** A run on a tiny chat model that has come as far as its retrieved traces, by the real pipeline; BM25 retrieves, so nothing is trained. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeJsonAtomic } from '../../core/files.js';
import { Rng } from '../../core/rng.js';
import { writeJsonl } from '../../data/index.js';
import { FakeEngine } from '../../engine/index.js';
import { randomParams, writeCheckpoint } from '../../models/index.js';
import { tinyConfig } from '../../models/testing/tiny-model.js';
import { tinyTokenizerFiles } from '../../models/testing/tiny-tokenizer.js';
import { attempt } from '../../pipeline/testing/tiny-run.js';

export interface ChatRun {
  /** Where everything of it stands: `<folder>/run`, `<folder>/model`. */
  folder: string;
  /** Another chat template than ChatML; false: a base model without one. */
  chat?: string | boolean;
  /** Puts a begin token before every text. */
  bos?: boolean;
  /** Further control tokens. */
  specials?: readonly string[];
  arms?: readonly Record<string, unknown>[];
  /** Sections of the configuration in place of its own. */
  changes?: Record<string, unknown>;
  /** Train the arms too, on the exact fake in place of a policy: their rollouts are there. */
  trained?: boolean;
  /** Texts that one question and one trace end in. */
  suffix?: { question?: string; trace?: string };
}

const plainArms = [
  { name: 'grpo', train: 'none', test: 'none' },
  { name: 'ra-rft', train: 'words', test: 'words' },
];

/** Makes the run and returns its folder. */
export async function writeChatRun({ folder, ...options }: ChatRun): Promise<string> {
  const vocabSize = await writeModel(join(folder, 'model'), options);
  const { suffix = {} } = options;
  await writeJsonl(join(folder, 'problems.jsonl'), problems(suffix.question ?? ''));
  await writeJsonl(join(folder, 'corpus.jsonl'), traces(suffix.trace ?? ''));
  const config = {
    model: { path: './model' },
    data: {
      source: 'files',
      problems: { path: './problems.jsonl' },
      corpus: { path: './corpus.jsonl', fields: { solution: 'trace' } },
      testShare: 0.25,
    },
    prompt: { layout: options.chat === false ? 'completion' : 'user-turn', maxPromptTokens: 900 },
    generation: { maxTokens: 32 },
    warmup: { steps: 0 },
    retrievers: { words: { kind: 'bm25' }, chance: { kind: 'random' } },
    arms: options.arms ?? plainArms,
    rl: { steps: 1, promptsPerStep: 12, groupSize: 4, warmupSteps: 0, checkpointEverySteps: 1 },
    ...options.changes,
  };
  const file = join(folder, 'ra-rft.yaml');
  await writeFile(file, JSON.stringify(config)); // JSON is YAML
  const root = join(folder, 'run');
  // Where nothing is trained the run stops before its first arm: all that it shows has been retrieved by then.
  const decision = options.trained === true ? ('run' as const) : ('stop' as const);
  await attempt(root, {
    file,
    until: 'train',
    beforeArm: () => Promise.resolve(decision),
    openEngine: () => new FakeEngine({ vocabSize, maxContext: windowTokens, seed: 1 }),
  });
  return root;
}

const windowTokens = 1024;

/** Writes the model; returns the size of its vocabulary. */
async function writeModel(
  folder: string,
  { chat = true, bos = false, specials = [] }: Omit<ChatRun, 'folder'>,
): Promise<number> {
  await mkdir(folder, { recursive: true });
  const { tokenizer, config } = tinyTokenizerFiles({ chat, bos, specials });
  const { vocab } = tokenizer['model'] as { vocab: Record<string, number> };
  const vocabSize = Object.keys(vocab).length;
  const decoder = tinyConfig('qwen3', { vocab: vocabSize, maxPosition: windowTokens, eosIds: [0, 2] });
  const params = randomParams(decoder, Rng.fromSeed('chat-run'), { deviation: 0.05 });
  await writeCheckpoint(folder, { config: decoder, params });
  await writeJsonAtomic(join(folder, 'tokenizer.json'), tokenizer);
  await writeJsonAtomic(join(folder, 'tokenizer_config.json'), {
    ...config,
    // As Transformers reads them.
    tokenizer_class: 'PreTrainedTokenizerFast',
    eos_token: '<|endoftext|>',
    pad_token: '<|endoftext|>',
  });
  return vocabSize;
}

const things = ['apples', 'pears', 'größere Äpfel', '苹果', 'books'];

function problems(suffix: string) {
  return Array.from({ length: 16 }, (_, i) => ({
    id: `p${i}`,
    question: `Ann has ${i + 2} ${things[i % things.length]} and buys $${i + 5}$ more.\nHow many are there?${i === 3 ? suffix : ''}`,
    answer: String(2 * i + 7),
    solution: `${i + 2} + ${i + 5} = \\boxed{${2 * i + 7}}`,
    ...(i % 2 === 0 && { type: 'algebra' }),
  }));
}

function traces(suffix: string) {
  return Array.from({ length: 10 }, (_, i) => ({
    id: `t${i}`,
    question: `Bob has ${i + 30} ${things[i % things.length]} and sells ${i}. How many stay?`,
    trace: `1. Subtract what is sold, ${i + 30} - ${i}.\n2. Therefore, the final answer is: $\\boxed{30}$${i === 2 ? suffix : ''}`,
    answer: '30',
    ...(i % 2 === 0 && { type: 'algebra' }),
  }));
}
