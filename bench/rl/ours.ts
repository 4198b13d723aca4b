/** Our side of the RL benchmark: whole steps of the loop, one for every line of input (see Stepper). */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { configSchema, rlSettingsOf } from '../../src/config/index.js';
import { Rng } from '../../src/core/rng.js';
import { RunFolder } from '../../src/runs/run-folder.js';
import { LocalEngine } from '../../src/engine/index.js';
import { randomParams } from '../../src/models/parameters.js';
import { UpdateProof } from '../../src/rl/canaries.js';
import { alone } from '../../src/rl/contexts/index.js';
import { makeRecipe, rlStep, type RlTask } from '../../src/rl/index.js';
import { RewardWatch } from '../../src/verify/judged.js';
import { peakGigabytes } from '../measure.js';
import { configOf } from '../shapes.js';
import type { RlWork, StepSeconds } from './work.js';

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const work = JSON.parse((await lines.next()).value as string) as RlWork;
const root = await mkdtemp(join(tmpdir(), 'ra-rft-bench-'));
const run = await RunFolder.open(join(root, 'run'), { values: {}, yaml: '{}\n' });
const rng = Rng.fromSeed('bench');
const config = configOf(work.shape);
const engine = new LocalEngine({ threads: work.threads });
const train = work.lora ? { ...work.lora, rsLora: false } : 'full';
const policy = await engine.adopt('bench', config, randomParams(config, rng.fork('weights')), { train });
const task = taskOf(work);
const proof = new UpdateProof();
const rewards = new RewardWatch(task.verifier.name);
let policyVersion: number | undefined;

try {
  await step(1);
  answer({ ready: true });
  for (let i = 2; (await lines.next()).done !== true; i++) answer(await step(i));
} finally {
  await policy.dispose();
  await engine.dispose();
  await run.close();
  await rm(root, { recursive: true });
}

async function step(number: number): Promise<StepSeconds> {
  const drawn = (number - 1) * work.promptsPerStep;
  const context = { policy, step: number, drawn, rng: rng.fork(`step/${number}`), policyVersion, note: () => {} };
  const start = performance.now();
  const { metrics, timings } = await rlStep(task, context, rewards, proof);
  const whole = (performance.now() - start) / 1000;
  ({ policyVersion } = metrics);
  checkWork(metrics);
  const sample = timings!['sampleMs']! / 1000;
  return { whole, sample, update: whole - sample, peakGb: peakGigabytes() };
}

/** The step must have been the one that the peer makes: every response trained on, at its full length. */
function checkWork({ trainedTokens, promptTokensMean }: Record<string, number | undefined>): void {
  const tokens = work.promptsPerStep * work.responses * work.new;
  const length = work.prompts[0]!.length;
  if (trainedTokens === tokens && promptTokensMean === length) return;
  throw new Error(
    `trained on ${trainedTokens} tokens after prompts of ${promptTokensMean}, not ${tokens} after ${length}`,
  );
}

/** Random rewards between 0 and 1, so that no group is without a difference; every group is trained on, as the peer does. */
function taskOf({ prompts, promptsPerStep, responses, new: maxTokens, steps }: RlWork): RlTask {
  const length = prompts[0]!.length;
  const config = configSchema.parse({
    generation: { maxTokens },
    rl: { steps, promptsPerStep, groupSize: responses, learningRate: 1e-6 },
  });
  const settings = rlSettingsOf(config);
  const { recipes } = config;
  // A group of one is compared with nothing: its rewards are compared over the batch.
  const recipe = makeRecipe(responses > 1 ? 'grpo' : 'reinforce-pp', { recipes, rl: settings });
  const reward = rng.fork('rewards');
  return {
    arm: 'bench',
    run,
    engine,
    codec: {
      prompt: ({ question }) => Int32Array.from(question.split(' '), Number),
      response: () => new Int32Array(0),
      decode: (tokens) => tokens.join(' '),
      stopTokens: [],
    },
    verifier: {
      name: 'random',
      verifyMany: async (pairs) => pairs.map(() => ({ outcome: 'partial', rule: 'random', reward: reward.next() })),
      dispose: async () => {},
    },
    problems: prompts.map((ids, i) => ({ id: `p${i}`, question: ids.join(' '), answer: '0' })),
    contexts: alone,
    recipe: { ...recipe, keep: () => true },
    settings,
    maxPromptTokens: length,
    initialPolicy: root,
    rng,
    inputs: 'bench',
  };
}

function answer(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
