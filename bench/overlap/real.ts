/** Sampling and judging on a server whose groups come one by one: judged when all have come, and as they come. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configSchema } from '../../src/config/index.js';
import { Rng } from '../../src/core/rng.js';
import { noContext } from '../../src/data/context.js';
import { folderRef, openTinkerEngine, type Policy } from '../../src/engine/index.js';
import { openModel, PromptCodec } from '../../src/models/index.js';
import { rollOut, type SamplePlan } from '../../src/rl/sample/rollouts.js';
import { openMathVerifier, openVerifier, type Verifier } from '../../src/verify/index.js';
import { fastestSeconds, type Measure } from '../measure.js';
import { ANSWER, modelWithWindow, responsesOf, startLoadServer } from '../tinker-load/load-server.js';
import type { LoadSettings } from '../tinker-load/server.js';

/** A reward that waits for something else, as one that asks a model does. */
const SLOW_REWARD = `export default async function reward() {
  await new Promise((resolve) => setTimeout(resolve, 40));
  return 1;
}
`;

interface Case {
  name: string;
  groups: number;
  groupSize: number;
  tokens: number;
  /** Median of the time until a group is there; log-normal with 0.5, and the longest is three times as long at most. */
  sampleMs: number;
  verifier: (folder: string) => Promise<Verifier>;
}

const cases: readonly Case[] = [
  {
    name: 'a reward of 40 ms, two at a time',
    groups: 32,
    groupSize: 8,
    tokens: 100,
    sampleMs: 3000,
    verifier: async (folder) => {
      const path = join(folder, 'reward.mjs');
      await writeFile(path, SLOW_REWARD);
      return openVerifier(path);
    },
  },
  {
    name: 'long responses, judged as mathematics',
    groups: 64,
    groupSize: 16,
    tokens: 2000,
    sampleMs: 3000,
    verifier: () => Promise.resolve(openMathVerifier()),
  },
];

/** Seconds until all is sampled and judged, the least of some rounds. */
export async function* judgedAsTheyCome({ smoke }: { smoke: boolean }): AsyncGenerator<Measure> {
  for (const one of cases) {
    const work = smoke ? { ...one, groups: 2, groupSize: 2, tokens: 50, sampleMs: 20 } : one;
    const { atTheEnd, asTheyCome } = await secondsOf(work, smoke ? 1 : 3);
    yield { measure: `${one.name}: at the end`, value: atTheEnd, unit: 's' };
    yield { measure: `${one.name}: as they come`, value: asTheyCome, unit: 's' };
  }
}

async function secondsOf(work: Case, rounds: number): Promise<{ atTheEnd: number; asTheyCome: number }> {
  const root = await mkdtemp(join(tmpdir(), 'ra-rft-bench-overlap-'));
  const model = join(root, 'model');
  const window = work.tokens + 256;
  await modelWithWindow(model, window);
  const settings: LoadSettings = { responses: await responsesOf(model, work), window, sampleMs: latenciesOf(work) };
  await writeFile(join(root, 'server.json'), JSON.stringify(settings));
  const server = await startLoadServer(join(root, 'server.json'));
  const engine = openTinkerEngine({
    client: { baseUrl: server.url },
    model: 'model',
    folder: model,
    reduction: 'mean',
  });
  const verifier = await work.verifier(root);
  try {
    const train = { rank: 8, alpha: 32, targets: 'all-linear', rsLora: false } as const;
    const policy = await engine.open(folderRef(model), { train });
    const withoutTelling: Pick<Policy, 'sample'> = { sample: (requests, options) => policy.sample(requests, options) };
    const timed = (own: Pick<Policy, 'sample'>) =>
      fastestSeconds(rounds, () => sampleAndJudge({ ...work, policy: own, window, model, verifier }));
    return { atTheEnd: await timed(withoutTelling), asTheyCome: await timed(policy) };
  } finally {
    await engine.dispose();
    await verifier.dispose();
    server.stop();
    await rm(root, { recursive: true, force: true });
  }
}

/** Of the requests of a round; the next one has the same. */
function latenciesOf({ groups, sampleMs }: Case): number[] {
  const rng = Rng.fromSeed('latencies');
  return Array.from({ length: groups }, () => Math.min(3, Math.exp(0.5 * rng.normal())) * sampleMs);
}

async function sampleAndJudge({
  policy,
  model,
  window,
  verifier,
  groups,
  groupSize,
  tokens,
}: Omit<Case, 'verifier'> & {
  policy: Pick<Policy, 'sample'>;
  model: string;
  window: number;
  verifier: Verifier;
}): Promise<void> {
  const { tokenizer, config: decoder } = await openModel(model);
  const { prompt, generation } = configSchema.parse({});
  const codec = new PromptCodec(tokenizer, { ...prompt, stop: generation.stop, eosIds: decoder.eosIds });
  const plan: SamplePlan = {
    policy,
    codec,
    verifier,
    groupSize,
    limits: { maxContext: window, maxPromptTokens: window, maxTokens: tokens },
    options: { maxTokens: tokens, temperature: 1, stopTokens: codec.stopTokens },
  };
  const draws = Array.from({ length: groups }, (_, i) => ({
    problem: { id: `p${i}`, question: `What is ${i} times one?`, answer: ANSWER },
    contexts_K: [noContext],
    attempt: 0,
  }));
  const all = await rollOut(draws, plan, Rng.fromSeed('overlap'));
  const judged = all.flatMap(({ groups_K }) => groups_K.flatMap(({ rollouts_G }) => rollouts_G));
  if (judged.length !== groups * groupSize || judged.some(({ reward }) => reward === undefined))
    throw new Error('this is not the work: responses without a reward');
}
