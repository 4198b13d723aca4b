/** Seconds of our own work in a step on servers, a token or a response, each measured with the code that a run has. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jsonlPieces, Rng } from '../../src/core/index.js';
import { lessonDatums, scoring } from '../../src/engine/tinker/datums.js';
import { Tokenizer } from '../../src/models/index.js';
import { comparisonRecords } from '../../src/rl/records.js';
import { checkedOutputs, checkedSamples } from '../../src/tinker/checks/check-results.js';
import { protobufWire } from '../../src/tinker/wire/protobuf.js';
import { DTYPE, ForwardBackwardOutputProto, SampleResponseProto } from '../../src/tinker/wire/schema.js';
import { openMathVerifier } from '../../src/verify/index.js';
import type { OurSeconds } from '../../scripts/scale/loop.js';
import { fastestSeconds } from '../measure.js';

export interface OurWork {
  /** Folder with a tokenizer; the embedded model's where undefined. */
  model: string | undefined;
  /** Responses and their tokens. */
  responses: number;
  tokens: number;
  rounds: number;
}

/** As a worked solution goes, over and over. */
const SENTENCE =
  'Let us write $x^2 - 5x + 6 = 0$ as $(x - 2)(x - 3) = 0$, so that $x = 2$ or $x = 3$; we take the larger one, since the length is positive. ';

export async function measureOurs(work: OurWork): Promise<OurSeconds> {
  const tokenizer = await Tokenizer.load(work.model ?? 'assets/base');
  const rng = Rng.fromSeed('our seconds');
  const response = await responseTokens(tokenizer, work);
  const count = work.responses * work.tokens;
  const timed = async (does: () => unknown) =>
    (await fastestSeconds(work.rounds, () => Promise.resolve(does()))) / count;
  const all = Array.from({ length: work.responses }, () => response);
  const logprobs = all.map(() => Float32Array.from({ length: work.tokens }, () => -2 * rng.next()));

  const answer = SampleResponseProto.encode({
    sequences: all.map((tokens, i) => ({ tokens: bytesOf(tokens), logprobs: bytesOf(logprobs[i]!), stopReason: 1 })),
  }).finish();
  const asked = { prompt: response, numSamples: work.responses, samplingParams: { maxTokens: work.tokens } };
  const readToken = await timed(() => checkedSamples('', protobufWire.readSample(answer), asked as never));

  const textToken = await timed(() => all.map((tokens) => tokenizer.decode(tokens)));

  const foretold = all.map((tokens) => ({ tokens, targetTokens: tokens, before: 0 }));
  const { data } = scoring(foretold, 1);
  const lessons = foretold.map((own, i) => ({ ...own, slopes: logprobs[i]!, logprobs: logprobs[i]! }));
  const write = (request: { data: typeof data; lossFn: 'cross_entropy' | 'importance_sampling' }) =>
    protobufWire.writeForward({ modelId: 'm', seqId: 1, request, forwardOnly: false });
  const score = await timed(() => write({ data, lossFn: 'cross_entropy' }));
  const gradient = await timed(() =>
    write({ data: lessonDatums(lessons, { perSequence: true, perDatum: true }), lossFn: 'importance_sampling' }),
  );

  const result = outputBytes(logprobs, data.length);
  const receiveToken = await timed(() => checkedOutputs('', protobufWire.readForward(result), data));

  const text = tokenizer.decode(response);
  const comparison = comparisonOf(all, logprobs, text);
  const recordToken = await timed(() => [...jsonlPieces(comparisonRecords(1, comparison as never, []))]);
  const { gradeResponse, gradeToken } = await gradeSeconds(work);
  return {
    readToken,
    textToken,
    gradeResponse,
    gradeToken,
    graders: 2,
    // Scores and gradient are two passes of their own; the mean of both stands for either.
    sendToken: (score + gradient) / 2,
    receiveToken,
    recordToken,
  };
}

/** A long response of real words, as tokens. */
async function responseTokens(tokenizer: Tokenizer, { tokens, model }: OurWork): Promise<Int32Array> {
  const sentence =
    model === undefined ? await readFile(join('assets/base', 'README.md'), 'utf8').catch(() => SENTENCE) : SENTENCE;
  const ids = tokenizer.encode(sentence);
  return Int32Array.from({ length: tokens }, (_, t) => ids[t % ids.length]!);
}

function bytesOf(values: Int32Array | Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function outputBytes(logprobs: readonly Float32Array[], numDatums: number): Uint8Array {
  const joined = Float32Array.from(logprobs.flatMap((values) => Array.from(values)));
  const offsets = BigInt64Array.from({ length: numDatums + 1 }, (_, i) => BigInt(4 * i * logprobs[0]!.length));
  const field = { data: bytesOf(joined), offsets: new Uint8Array(offsets.buffer), dtype: DTYPE.float32 };
  const message = { lossFnOutputs: [{ fields: { logprobs: field }, numDatums }], metrics: {} };
  return ForwardBackwardOutputProto.encode(message).finish();
}

function comparisonOf(all: readonly Int32Array[], logprobs: readonly Float32Array[], text: string): object {
  const rollouts_G = all.map((tokens, g) => ({
    tokens,
    policyLogprobs: logprobs[g]!,
    stopReason: 'stop',
    text,
    reward: 1,
    verdict: { outcome: 'match', rule: 'same' },
  }));
  const group = { context: { kind: 'none' }, prompt: all[0]!, seed: 1, policyVersion: 1, rollouts_G };
  return { problem: { id: 'p' }, groups_K: [group] };
}

/** Of one thread: a short response, and what its length adds. Four characters of thinking are about a token. */
async function gradeSeconds({ tokens, rounds }: OurWork): Promise<Pick<OurSeconds, 'gradeResponse' | 'gradeToken'>> {
  const verifier = openMathVerifier({ workers: 1, afterThinking: true });
  const thinking = SENTENCE.repeat(Math.ceil((4 * tokens) / SENTENCE.length)).slice(0, 4 * tokens);
  const pairs = (response: string) => Array.from({ length: 64 }, () => ({ gold: '3', response }));
  const seconds = async (response: string) =>
    (await fastestSeconds(rounds, () => verifier.verifyPairs(pairs(response)))) / 64;
  const end = 'so that the larger solution is $\\boxed{3}$.';
  const short = await seconds(end);
  const long = await seconds(`<think>${thinking}</think>${end}`);
  await verifier.dispose();
  return { gradeResponse: short, gradeToken: Math.max(0, long - short) / tokens };
}
