/**
 * A task small enough for the exact fake engine: a question names a number, the right response says that number and
 * stops. The fake's policy can learn it from its prompt, and a trace in the prompt is one more word of it.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configSchema, rlSettingsOf } from '../../config/index.js';
import { Rng } from '../../core/rng.js';
import { RunFolder } from '../../runs/run-folder.js';
import { noContext, shownTraces } from '../../data/context.js';
import type { Problem, Trace } from '../../data/types.js';
import { FakeEngine, FakePolicy, type Policy, type PolicyEngine } from '../../engine/index.js';
import { changedEngine } from '../../engine/testing/changed-engine.js';
import type { Verifier } from '../../verify/types.js';
import { alone } from '../contexts/index.js';
import type { RlTask } from '../loop.js';
import { makeRecipe, type Recipe, type RecipeName } from '../recipes/index.js';
import type { RlCodec } from '../types.js';

const numbers = 5;
const stopToken = 0;
const questionToken = (n: number) => 1 + n;
const answerToken = (n: number) => 1 + numbers + n;
const traceToken = (n: number) => 1 + 2 * numbers + n;
export const toyVocab = 1 + 3 * numbers;

export const toyProblems: Problem[] = Array.from({ length: 20 }, (_, i) => ({
  id: `p${i}`,
  question: String(i % numbers),
  answer: String(i % numbers),
  solution: String(i % numbers),
}));

/** A trace about the number `n`. */
export function toyTrace(n: number): Trace {
  return { id: `t${n}`, question: String(n), trace: String(n), answer: String((n + 1) % numbers) };
}

export const toyCodec: RlCodec = {
  prompt: ({ question }, context) =>
    Int32Array.from([
      ...shownTraces(context ?? noContext).map((trace) => traceToken(Number(trace.question))),
      questionToken(Number(question)),
    ]),
  response: (solution) => Int32Array.from([answerToken(Number(solution)), stopToken]),
  decode: (tokens) => Array.from(tokens, tokenText).join(' '),
  stopTokens: [stopToken],
};

function tokenText(token: number): string {
  if (token === stopToken) return '.';
  return token > numbers && token <= 2 * numbers ? String(token - 1 - numbers) : `w${token}`;
}

/** Right where the response begins with the number. Fails on responses for which `fails` holds. */
export function toyVerifier(fails: (problemId: string, response: string) => boolean = () => false): Verifier {
  return {
    name: 'toy',
    verifyMany: async (pairs) =>
      pairs.map(({ problem, response }) => {
        if (fails(problem.id, response)) return { outcome: 'error', rule: 'toy', reason: 'asked to fail' };
        const extracted = /^(\d)\b/.exec(response)?.[1];
        if (extracted === undefined) return { outcome: 'no_answer', rule: 'toy', timeMs: Math.random() };
        return { outcome: extracted === problem.answer ? 'match' : 'mismatch', rule: 'toy', extracted };
      }),
    dispose: async () => {},
  };
}

const config = configSchema.parse({
  rl: {
    steps: 12,
    promptsPerStep: 6,
    groupSize: 6,
    maxGroupsPerUpdate: 4,
    learningRate: 0.3,
    warmupSteps: 2,
    checkpointEverySteps: 5,
  },
  generation: { maxTokens: 4 },
  recipes: { grpo: { advantage: 'mean' } },
});
export const toySettings = rlSettingsOf(config);

/** The toy's recipe, or another by name. */
export function toyRecipe(name: RecipeName = 'grpo', settings = toySettings): Recipe {
  return makeRecipe(name, { recipes: config.recipes, rl: settings });
}

const toyModel = { vocabSize: toyVocab, maxContext: 16, seed: 3, deviation: 0.2 };

/** A toy policy with first weights of its own. */
export function toyPolicy(seed = toyModel.seed): FakePolicy {
  return new FakePolicy({ ...toyModel, seed });
}

/** Opens toy policies; with `change`, each is changed as soon as it is open. */
export function toyEngine(change: (policy: Policy) => void = () => {}): PolicyEngine {
  return changedEngine(new FakeEngine({ ...toyModel, seed: 99 }), change);
}

/** A run in a folder of its own; `again()` opens the same folder as a new process would. */
export interface ToyRun {
  root: string;
  run: RunFolder;
  again(): Promise<RunFolder>;
  remove(): Promise<void>;
}

export async function toyRun(): Promise<ToyRun> {
  const root = await mkdtemp(join(tmpdir(), 'ra-rft-toy-'));
  await toyPolicy().checkpoint(join(root, 'initial'), { optimizer: false });
  const folder = join(root, 'run');
  const open = () => RunFolder.open(folder, { values: {}, yaml: '{}\n' });
  let run = await open();
  return {
    root,
    get run() {
      return run;
    },
    async again() {
      await run.close();
      run = await open();
      return run;
    },
    async remove() {
      await run.close();
      await rm(root, { recursive: true });
    },
  };
}

export function toyTask(toy: ToyRun, changes: Partial<RlTask> = {}): RlTask {
  return {
    arm: 'toy',
    run: toy.run,
    engine: toyEngine(),
    codec: toyCodec,
    verifier: toyVerifier(),
    problems: toyProblems,
    contexts: alone,
    recipe: toyRecipe(),
    settings: toySettings,
    maxPromptTokens: 8,
    initialPolicy: join(toy.root, 'initial'),
    rng: Rng.fromSeed(1),
    inputs: 'toy',
    ...changes,
  };
}

/** Every file the training leaves, by name, as text. */
export async function toyFiles(toy: ToyRun): Promise<Record<string, string>> {
  const { paths } = toy.run;
  const out: Record<string, string> = { metrics: await readFile(paths.metrics, 'utf8') };
  for (const folder of [paths.policies('toy'), join(paths.rollouts('toy', 1), '..')]) {
    for (const name of await readdir(folder, { recursive: true })) {
      if (/\.json(l)?$/.test(name)) out[name] = await readFile(join(folder, name), 'utf8');
    }
  }
  return out;
}
