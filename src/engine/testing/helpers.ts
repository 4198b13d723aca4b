/** Small makers that the parts of the contract share. */
import { afterAll, beforeAll } from 'vitest';
import { Rng } from '../../core/rng.js';
import { policyRefOf, savePolicy } from '../policy-folder.js';
import type {
  Alternatives,
  OpenOptions,
  OptimStepOptions,
  Policy,
  PolicyEngine,
  PolicyRef,
  ScoreGroup,
  Tokens,
  TrainGroup,
  TrainResponse,
  WhichAlternatives,
} from '../types.js';
import type { ContractTarget } from './contract.js';

/** A step large enough to see, without decay. */
export const STEP: OptimStepOptions = {
  learningRate: 1e-2,
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
  weightDecay: 0,
  maxGradNorm: 0,
};

/** A policy that all tests of a block may read but none may change. */
export function sharedEngine(target: ContractTarget): () => Policy {
  let engine: PolicyEngine | undefined;
  let policy: Policy | undefined;
  beforeAll(async () => {
    engine = target.start();
    policy = await engine.open(await target.model());
  });
  afterAll(() => engine?.dispose());
  return () => policy!;
}

/** Runs with an engine of its own and a policy of it, opened to train where it can be. */
export async function withEngine<T>(
  target: ContractTarget,
  use: (policy: Policy, engine: PolicyEngine) => Promise<T>,
): Promise<T> {
  const engine = target.start();
  try {
    return await use(await openToTrain(engine, target), engine);
  } finally {
    await engine.dispose();
  }
}

/** The target's model, or a checkpoint of it, opened to train where the engine can. */
export async function openToTrain(
  engine: PolicyEngine,
  { model, train = 'full', lacks }: ContractTarget,
  { ref, ...options }: { ref?: PolicyRef } & OpenOptions = {},
): Promise<Policy> {
  return engine.open(ref ?? (await model()), { ...(!lacks?.includes('training') && { train }), ...options });
}

/** Saves a policy as trainings do, and answers what to open. */
export async function savedAt(policy: Policy, path: string, what = { optimizer: true }): Promise<PolicyRef> {
  await savePolicy(policy, path, what);
  return policyRefOf(path);
}

export function ids(...tokens: number[]): Tokens {
  return Int32Array.from(tokens);
}

export function randomTokens(rng: Rng, length: number, vocab: number): Tokens {
  return Int32Array.from({ length }, () => rng.int(vocab));
}

/** A response that is to become likelier (slope -1), or with slopes of its own. */
export function response(tokens: Tokens, slopes = new Float32Array(tokens.length).fill(-1)): TrainResponse {
  return { tokens, slopes };
}

/** Groups of different prompt lengths, sizes and response lengths, with slopes of both signs and zeros. */
export function raggedGroups(vocab: number, label: string): TrainGroup[] {
  const rng = Rng.fromSeed(label);
  return [
    { promptTokens: 5, responseTokens: [3, 7, 1, 4] },
    { promptTokens: 1, responseTokens: [6] },
    { promptTokens: 9, responseTokens: [2, 2] },
    { promptTokens: 3, responseTokens: [5] },
  ].map(({ promptTokens, responseTokens }) => ({
    prompt: randomTokens(rng, promptTokens, vocab),
    responses: responseTokens.map((length) => ({
      tokens: randomTokens(rng, length, vocab),
      slopes: Float32Array.from({ length }, () => (rng.int(3) / 2) * rng.normal()),
    })),
  }));
}

/** Ragged groups whose only slopes are those of `perToken` random alternatives, or of the whole vocabulary. */
export function withAlternatives(vocab: number, perToken: number | 'all'): TrainGroup[] {
  const rng = Rng.fromSeed('alternatives');
  const k = perToken === 'all' ? vocab : perToken;
  const everyId = Array.from({ length: vocab }, (_, id) => id);
  return raggedGroups(vocab, 'alternatives').map(({ prompt, responses }) => ({
    prompt,
    responses: responses.map(({ tokens }) => {
      const slopes = Float32Array.from({ length: tokens.length * k }, () => 0.3 * rng.normal());
      const drawn = Array.from(tokens, () => rng.sample(everyId, k)).flat();
      return {
        tokens,
        slopes: new Float32Array(tokens.length),
        alternatives: perToken === 'all' ? { slopes } : { ids: Int32Array.from(drawn), slopes },
      };
    }),
  }));
}

/** sum c log p over alternatives, by scoring them. */
export function alternativeLoss(groups: readonly TrainGroup[], scores_NG: readonly Alternatives[][]): number {
  let sum = 0;
  for (const [n, { responses }] of groups.entries())
    for (const [g, { alternatives }] of responses.entries())
      for (const [i, c] of alternatives!.slopes.entries()) sum += c * scores_NG[n]![g]!.logprobs[i]!;
  return sum;
}

/** What is scored of groups with slopes. */
export function scoredGroups(groups: readonly TrainGroup[]): ScoreGroup[] {
  return groups.map(({ prompt, responses }) => ({ prompt, responses: responses.map((r) => r.tokens) }));
}

/** The alternatives that these groups have slopes of. */
export function whichOf(groups: readonly TrainGroup[]): WhichAlternatives {
  const ids_NG = groups.map(({ responses }) => responses.map((r) => r.alternatives!.ids!));
  return ids_NG.flat().some((given) => given === undefined) ? { kind: 'all' } : { kind: 'given', ids_NG };
}

/** log p of every token of the vocabulary after a prompt and the response so far, by scoring each continuation. */
export async function nextLogprobs(engine: Policy, prompt: Tokens, soFar: Tokens = ids()): Promise<Float64Array> {
  const responses = Array.from({ length: engine.info.vocabSize }, (_, id) => join(soFar, ids(id)));
  const [scores] = await engine.logprobs([{ prompt, responses }]);
  return Float64Array.from(scores!, (s) => s[soFar.length]!);
}

export function join(a: Tokens, b: Tokens): Tokens {
  return Int32Array.from([...a, ...b]);
}

/** Largest absolute difference of two nested lists of log-probabilities. */
export function largestGap(a: readonly Float32Array[][], b: readonly Float32Array[][]): number {
  const flat = (x: readonly Float32Array[][]) => x.flat().flatMap((y) => Array.from(y));
  const [left, right] = [flat(a), flat(b)];
  if (left.length !== right.length) return Infinity;
  return left.reduce((most, x, i) => Math.max(most, Math.abs(x - right[i]!)), 0);
}
