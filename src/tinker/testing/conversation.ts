/** A conversation that comes by every call of the client: recorded with a real server (bench/skyrl/record.ts), and played again. */
import type { Fetch } from '../../core/http/client.js';
import type { TinkerClient } from '../client.js';
import { TinkerError } from '../errors.js';
import type { Datum } from '../types.js';

/** A request and its answer; bodies as text where they are JSON, else as base64. */
export interface Exchange {
  method: string;
  path: string;
  contentType: string | undefined;
  request: string;
  status: number;
  answerType: string | null;
  answer: string;
}

export interface Recording {
  server: string;
  /** In the order in which they were begun; heartbeats are left out. */
  exchanges: Exchange[];
  /** What the client made of them. */
  results: unknown;
}

const VOCAB = 400;
const adam = { learningRate: 3e-3, beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0, gradClipNorm: 0 };

/** Has the conversation; answers all that came of it, as JSON would keep it. */
export async function converse(service: TinkerClient): Promise<unknown> {
  const { supportedModels } = await service.capabilities();
  const baseModel = supportedModels[0]!.modelName;
  const limits = { vocabSize: VOCAB, maxContextLength: 64 };
  const model = await service.createTrainingClient({ baseModel, train: { rank: 8, seed: 0 }, ...limits });

  const data = [13, 9].map(lesson);
  const before = await model.forward({ data, lossFn: 'cross_entropy' });
  const taught = await Promise.all([
    model.forwardBackward({ data, lossFn: 'cross_entropy' }),
    model.optimStep(adam),
    model.forwardBackward({
      data: before.outputs.map(({ logprobs }, i) => valued(data[i]!, logprobs)),
      lossFn: 'importance_sampling',
    }),
    model.optimStep(adam),
    model.forward({ data, lossFn: 'cross_entropy' }),
  ]);
  const sampler = await model.saveWeightsAndGetSamplingClient();
  const prompt = data[0]!.tokens.subarray(0, 5);
  const samplingParams = { maxTokens: 8, temperature: 1, seed: 7, stop: [2] };
  const samples = await sampler.sample({ prompt, numSamples: 4, samplingParams });
  const ofPrompt = await sampler.computeLogprobs(prompt);
  const base = await service.createSamplingClient({ baseModel, ...limits });
  const ofBase = await base.computeLogprobs(prompt);

  const path = await model.saveState('state');
  const published = await model.saveWeightsForSampler('published');
  const taken = await failureOf(model.saveState('state'));
  const strange = await failureOf(model.forward({ data, lossFn: 'no such loss' }));
  const info = await service.weightsInfo(path);
  await model.unload();
  const gone = await failureOf(model.forward({ data, lossFn: 'cross_entropy' }));
  const resumed = await service.createTrainingClientFromState({ path, optimizer: true, ...limits });
  const after = await resumed.forward({ data, lossFn: 'cross_entropy' });
  const missing = await failureOf(service.createTrainingClientFromState({ path: `${path}-2`, optimizer: true }));
  await resumed.unload();
  const all = { supportedModels, before, taught, samples, ofPrompt, ofBase, path, published, info, after };
  return asJson({ ...all, errors: { taken, strange, gone, missing } });
}

/** As it stands in a file. */
function asJson(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, part: unknown) =>
      ArrayBuffer.isView(part) ? Array.from(part as Float32Array) : part,
    ),
  );
}

function lesson(length: number): Datum {
  const text = Int32Array.from({ length: length + 1 }, (_, i) => 20 + ((7 * i + length) % 300));
  const weights = Float32Array.from({ length }, (_, i) => (i < 3 ? 0 : 1));
  return { tokens: text.subarray(0, -1), lossFnInputs: { targetTokens: text.subarray(1), weights } };
}

function valued({ tokens, lossFnInputs }: Datum, logprobs: Float32Array): Datum {
  const advantages = lossFnInputs.weights!.map((weight, i) => weight * (i % 2 ? 0.5 : -0.25));
  return { tokens, lossFnInputs: { ...lossFnInputs, logprobs, advantages } };
}

async function failureOf(call: Promise<unknown>): Promise<{ kind: string; status: number | undefined }> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof TinkerError)) throw new Error('it was to fail', { cause: error });
  return { kind: error.kind, status: error.status };
}

/** A way to the server that writes down what goes over it; `named` replaces what is of one machine alone. */
export function recorder(exchanges: Exchange[], named: (text: string) => string): Fetch {
  return async (url, init) => {
    const path = new URL(url).pathname;
    const contentType = init.headers['content-type'];
    const exchange: Exchange = {
      method: init.method,
      path,
      contentType,
      request: named(written(init.body ?? '', contentType)),
      status: 0,
      answerType: null,
      answer: '',
    };
    if (!path.endsWith('/session_heartbeat')) exchanges.push(exchange);
    const reply = await fetch(url, init);
    const bytes = new Uint8Array(await reply.arrayBuffer());
    exchange.status = reply.status;
    exchange.answerType = reply.headers.get('content-type');
    exchange.answer = named(written(bytes, exchange.answerType ?? ''));
    return {
      status: reply.status,
      headers: reply.headers,
      body: (async function* () {
        yield bytes;
      })(),
    };
  };
}

/** A body as a recording keeps it. */
export function written(body: string | Uint8Array, contentType: string | undefined): string {
  if (typeof body === 'string') return body;
  return contentType?.includes('protobuf') ? Buffer.from(body).toString('base64') : new TextDecoder().decode(body);
}
