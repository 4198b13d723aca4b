/**
 * Against a real server: `OPENAI_TEST_URL` is its address, up to and with /v1, `OPENAI_TEST_MODEL` the folder of the model that it serves
 * under that name, in float32 (docs/openai-engine.md). The local engine on the same weights says what is right.
 */
import { expect, onTestFinished, test } from 'vitest';
import { LocalEngine } from '../local/local-engine.js';
import { folderRef } from '../policy-folder.js';
import { ids, largestGap, raggedGroups, scoredGroups } from '../testing/helpers.js';
import { openOpenaiEngine } from './openai-engine.js';

const baseUrl = process.env['OPENAI_TEST_URL'];
const folder = process.env['OPENAI_TEST_MODEL'];
const isThere = baseUrl !== undefined && folder !== undefined;
const TIMEOUT_MS = 10 * 60_000;
/** Of float32 on both sides, summed in other orders. */
const GAP = 1e-3;

test.skipIf(!isThere)(
  `a real server samples and scores as the local engine${isThere ? '' : ' (skipped: OPENAI_TEST_URL or OPENAI_TEST_MODEL is not set)'}`,
  async () => {
    const engine = openOpenaiEngine({ baseUrl: baseUrl!, model: folder!, folder: folder! });
    onTestFinished(() => engine.dispose());
    const local = new LocalEngine({ threads: 1 });
    onTestFinished(() => local.dispose());
    const can = await engine.can();
    console.log(JSON.stringify(can));
    const [policy, ours] = [await engine.open(folderRef(folder!)), await local.open(folderRef(folder!))];
    const groups = scoredGroups(raggedGroups(policy.info.vocabSize, 'live'));
    if (can.scores) expect(largestGap(await policy.logprobs(groups), await ours.logprobs(groups))).toBeLessThan(GAP);

    const requests = [
      { prompt: ids(5, 6, 7), n: 6, seed: 1 },
      { prompt: ids(9, 11), n: 6, seed: 2 },
    ];
    const options = { maxTokens: 8, temperature: 1, stopTokens: [2, 30, 31, 32, 33, 34, 35] };
    const drawn = (await policy.sample(requests, options)).samples_NG;
    expect((await policy.sample(requests, options)).samples_NG.map((group) => group.map((one) => one.tokens))).toEqual(
      drawn.map((group) => group.map((one) => one.tokens)),
    );
    const scored = requests.map(({ prompt }, i) => ({ prompt, responses: drawn[i]!.map(({ tokens }) => tokens) }));
    const told = drawn.map((group) => group.map(({ policyLogprobs }) => policyLogprobs!));
    expect(largestGap(told, await ours.logprobs(scored))).toBeLessThan(GAP);
    for (const { tokens, stopReason } of drawn.flat()) {
      const at = tokens.findIndex((token) => options.stopTokens.includes(token));
      expect([at, stopReason]).toEqual(at < 0 ? [-1, 'length'] : [tokens.length - 1, 'stop']);
      if (at < 0) expect(tokens).toHaveLength(8);
    }

    const greedy = { ...options, temperature: 0 };
    const tokensOf = async (by: typeof policy) =>
      (await by.sample(requests, greedy)).samples_NG.map((group) => group.map((one) => [...one.tokens]));
    expect(await tokensOf(policy)).toEqual(await tokensOf(ours));
    const best = { ...options, topK: 1, stopTokens: [] };
    const topped = (await policy.sample(requests, best)).samples_NG.map((group) => group.map((one) => [...one.tokens]));
    expect(topped).toEqual(
      (await ours.sample(requests, best)).samples_NG.map((group) => group.map((one) => [...one.tokens])),
    );
  },
  TIMEOUT_MS,
);
