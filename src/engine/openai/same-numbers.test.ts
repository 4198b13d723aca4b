/** The embedded base model behind a server: what is sampled and scored through it is what the local engine samples and scores. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Tokenizer } from '../../models/tokenizer.js';
import { LocalEngine } from '../local/local-engine.js';
import { folderRef } from '../policy-folder.js';
import { largestGap } from '../testing/helpers.js';
import type { Policy, PolicyEngine, Sample } from '../types.js';
import { openOpenaiEngine } from './openai-engine.js';
import { serverSeed } from './openai-policy.js';
import { policyBehind, SERVED, startPolicyServer, type Dialect, type PolicyServer } from './testing/policy-server.js';

const folder = fileURLToPath(new URL('../../../assets/base', import.meta.url));
const local = new LocalEngine();
let exact: Policy;
let tokenizer: Tokenizer;
let prompts: Int32Array[] = [];
beforeAll(async () => {
  exact = await local.open(folderRef(folder));
  tokenizer = await Tokenizer.load(folder);
  prompts = ['Ann has 3 apples .', 'Tom buys 12 pens and 4 books .'].map((text) => tokenizer.encode(text));
});
afterAll(() => local.dispose());

interface Through {
  policy: Policy;
  engine: PolicyEngine;
  server: PolicyServer;
}

async function through<T>(dialect: Dialect, ends: readonly number[], use: (of: Through) => Promise<T>): Promise<T> {
  const decode = (tokens: Int32Array) => tokenizer.decode(tokens, { special: true });
  const server = await startPolicyServer({ behind: policyBehind(exact), dialect, window: 256, decode, ends });
  const engine = openOpenaiEngine({ baseUrl: server.baseUrl, model: SERVED, folder, backoffMs: 2, concurrency: 4 });
  try {
    return await use({ policy: await engine.open(folderRef(folder)), engine, server });
  } finally {
    await engine.dispose();
    await server.close();
  }
}

const options = () => ({
  maxTokens: 12,
  temperature: 1,
  stopTokens: [tokenizer.singleToken('}', 'test'), tokenizer.eosId!],
});

/** What the local engine draws with the seeds that the server is given. */
async function drawnHere(seed: number, n: number): Promise<Sample[][]> {
  const requests = prompts.flatMap((prompt) =>
    Array.from({ length: n }, (_, g) => ({ prompt, n: 1, seed: serverSeed(seed, g) })),
  );
  const { samples_NG } = await exact.sample(requests, options());
  return prompts.map((_, i) => samples_NG.slice(i * n, (i + 1) * n).flat());
}

describe.each(['vllm', 'sglang'] as const)('%s', (dialect) => {
  it('samples the same tokens with the same log-probabilities, and scores them the same', () =>
    through(dialect, [], async ({ policy, server }) => {
      const requests = prompts.map((prompt) => ({ prompt, n: 5, seed: 7 }));
      const { samples_NG } = await policy.sample(requests, options());
      const here = await drawnHere(7, 5);
      const read = ({ tokens, stopReason }: Sample) => ({ tokens: [...tokens], stopReason });
      expect(samples_NG.map((group) => group.map(read))).toEqual(here.map((group) => group.map(read)));
      const logprobsOf = (groups: Sample[][]) => groups.map((group) => group.map((one) => one.policyLogprobs!));
      expect(largestGap(logprobsOf(samples_NG), logprobsOf(here))).toBeLessThan(1e-5);

      const groups = prompts.map((prompt, i) => ({ prompt, responses: here[i]!.map(({ tokens }) => tokens) }));
      const scores = await policy.logprobs(groups);
      expect(largestGap(scores, await exact.logprobs(groups))).toBeLessThan(1e-5);
      expect(server.load.most).toBeLessThanOrEqual(4);
      // The look at the server, then every response and every score once.
      expect(server.asked.length).toBe((dialect === 'vllm' ? 1 : 2) + 20);
    }));
});

it.each(['llama.cpp', 'plain'] as const)('%s: texts and hidden end tokens come to the same responses', (dialect) =>
  through(dialect, [tokenizer.eosId!], async ({ policy, engine }) => {
    expect(await engine.can()).toMatchObject({ scores: dialect === 'plain', drawnTokens: dialect === 'llama.cpp' });
    const { samples_NG } = await policy.sample(
      prompts.map((prompt) => ({ prompt, n: 5, seed: 7 })),
      options(),
    );
    const here = await drawnHere(7, 5);
    for (const [n, group] of samples_NG.entries()) {
      for (const [g, { tokens, stopReason, policyLogprobs }] of group.entries()) {
        const exactly = here[n]![g]!;
        expect([tokenizer.decode(tokens), stopReason]).toEqual([tokenizer.decode(exactly.tokens), exactly.stopReason]);
        if (dialect === 'plain') expect(policyLogprobs).toBeUndefined();
      }
    }
    if (dialect === 'plain')
      await expect(
        policy.sample([{ prompt: prompts[0]!, n: 1, seed: 1 }], { ...options(), topK: 5 }),
      ).rejects.toMatchObject({ code: 'engine', where: 'generation.topK' });
  }),
);
