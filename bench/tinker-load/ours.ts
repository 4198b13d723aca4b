/**
 * Our side of the load: whole steps of the loop over a server, in a process of its own, whose memory is ours alone. `ours.ts FILE` with the
 * work as JSON in FILE; prints what it took, as JSON.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { configSchema, rlSettingsOf } from '../../src/config/index.js';
import { readJsonlAll } from '../../src/core/jsonl.js';
import { Rng } from '../../src/core/rng.js';
import { openTinkerEngine } from '../../src/engine/index.js';
import { openModel, PromptCodec } from '../../src/models/index.js';
import { alone } from '../../src/rl/contexts/index.js';
import { makeRecipe, trainRl } from '../../src/rl/index.js';
import { RunFolder } from '../../src/runs/run-folder.js';
import { openMathVerifier, type Verifier } from '../../src/verify/index.js';

export interface LoadWork {
  /** The server's address. */
  url: string;
  /** Folder of the model that it serves, and a folder to write to. */
  model: string;
  root: string;
  problems: number;
  /** Responses of a problem (G). */
  groupSize: number;
  /** Tokens of a response. */
  tokens: number;
  answer: string;
  heartbeatMs: number;
}

export interface LoadCost {
  /** Of the second step, from its first request until all of it is written. */
  seconds: number;
  gradingSeconds: number;
  peakMegabytes: number;
  /** Longest time between two heartbeats, as the server heard them, in the whole step and while the verifier was at work. */
  longestGapMs: number;
  longestGapGradingMs: number;
  /** Longest time that our thread did nothing else. */
  longestBlockMs: number;
}

const work = JSON.parse(await readFile(process.argv[2]!, 'utf8')) as LoadWork;
const { problems, groupSize, tokens: maxTokens } = work;
const config = configSchema.parse({
  generation: { maxTokens },
  rl: {
    steps: 2,
    promptsPerStep: problems,
    groupSize,
    maxGroupsPerUpdate: problems,
    checkpointEverySteps: 2,
    maxGradNorm: 0,
  },
});
const settings = rlSettingsOf(config);
const { tokenizer, config: decoder } = await openModel(work.model);
const codec = new PromptCodec(tokenizer, { ...config.prompt, stop: config.generation.stop, eosIds: decoder.eosIds });
const run = await RunFolder.open(join(work.root, 'run'), { values: {}, yaml: '{}\n' });
const engine = openTinkerEngine({
  client: { baseUrl: work.url, timeouts: { heartbeatMs: work.heartbeatMs } },
  model: 'model',
  folder: work.model,
  reduction: 'mean',
});
const math = openMathVerifier();
const gradings: [number, number][] = [];
const verifier: Verifier = {
  name: math.name,
  verifyMany: async (pairs) => {
    const start = Date.now();
    const verdicts = await math.verifyMany(pairs);
    gradings.push([start, Date.now()]);
    return verdicts;
  },
  dispose: () => math.dispose(),
};
const marks: number[] = [];
const delay = monitorEventLoopDelay({ resolution: 5 });

try {
  await trainRl({
    arm: 'load',
    run,
    engine,
    training: { train: { rank: 8, alpha: 32, targets: 'all-linear', rsLora: false } },
    codec,
    verifier,
    problems: Array.from({ length: problems }, (_, i) => ({
      id: `p${i}`,
      question: `What is ${i} times one?`,
      answer: work.answer,
    })),
    contexts: alone,
    recipe: makeRecipe('grpo', { recipes: config.recipes, rl: settings }),
    settings,
    maxPromptTokens: 256,
    initialPolicy: work.model,
    rng: Rng.fromSeed('load'),
    inputs: 'load',
    afterStep: async (step) => {
      marks.push(Date.now());
      if (step === 1) delay.enable();
    },
  });
  delay.disable();
  const { rewardMean, trainedTokens } = (await readJsonlAll<Record<string, number>>(run.paths.metrics)).at(-1)!;
  if (trainedTokens !== problems * groupSize * maxTokens || rewardMean !== 0.5)
    throw new Error(`trained on ${trainedTokens} tokens with a mean reward of ${rewardMean}: this is not the work`);
  const beats = (await (await fetch(`${work.url}/beats`)).json()) as number[];
  const [, from, to] = marks as [number, number, number];
  // Groups are graded as they come.
  const own = gradings.filter(([start]) => start >= from);
  const grading = [Math.min(...own.map(([start]) => start)), Math.max(...own.map(([, end]) => end))] as const;
  const cost: LoadCost = {
    seconds: (to - from) / 1000,
    gradingSeconds: (grading[1] - grading[0]) / 1000,
    peakMegabytes: process.resourceUsage().maxRSS / 1e3,
    longestGapMs: longestGap(beats, from, to),
    longestGapGradingMs: longestGap(beats, ...grading),
    longestBlockMs: delay.max / 1e6,
  };
  console.log(JSON.stringify(cost));
} finally {
  await engine.dispose();
  await verifier.dispose();
  await run.close();
}

/** Of all pairs of heartbeats that follow each other, at least one of them or the time between them within the span. */
function longestGap(beats: readonly number[], from: number, to: number): number {
  let longest = 0;
  for (const [i, beat] of beats.entries()) {
    const next = beats[i + 1] ?? Date.now();
    if (next >= from && beat <= to) longest = Math.max(longest, next - beat);
  }
  return longest;
}
