/**
 * A Tinker server that answers at once, or after as long as it was told, in a process of its own: `server.ts FILE` with the settings as JSON in FILE. Prints its address; GET
 * /beats answers when heartbeats came, in milliseconds since 1970.
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  ForwardBackwardOutputProto,
  ForwardBackwardRequestProto,
  SampleResponseProto,
} from '../../src/tinker/wire/schema.js';

export interface LoadSettings {
  /** Tokens of every response of a group, in order. */
  responses: number[][];
  window: number;
  /** Time until the samples of a request are there, for the requests in turn. Default 0. */
  sampleMs?: number[];
}

interface Reply {
  type?: 'application/x-protobuf';
  body: Uint8Array | string;
  /** Sent then, in milliseconds since 1970. */
  at?: number;
}

const { responses, window, sampleMs = [0] } = JSON.parse(await readFile(process.argv[2]!, 'utf8')) as LoadSettings;
const beats: number[] = [];
let [steps, asked] = [0, 0];

const json = (value: unknown): Reply => ({ body: JSON.stringify(value) });
const protobuf = (body: Uint8Array): Reply => ({ type: 'application/x-protobuf', body });
/** An operation is done when it is asked for; its id says what it was. */
const future = (...id: (string | number)[]): Reply => json({ request_id: id.join(':') });
/** log p of every token, which changes with every step as that of a policy that learns. */
const floats = (length: number, step: number) => Buffer.from(new Float32Array(length).fill(-1 - step / 1000).buffer);

/** Samples of one step, all groups alike. */
const sampled = new Map<number, Uint8Array>();
function sample(step: number): Uint8Array {
  const sequences = responses.map((tokens) => ({
    stopReason: 1,
    tokens: Buffer.from(Int32Array.from(tokens).buffer),
    logprobs: floats(tokens.length, step),
  }));
  const bytes = sampled.get(step) ?? SampleResponseProto.encode({ sequences }).finish();
  sampled.set(step, bytes);
  return bytes;
}

function pass(step: number, lengths: number[]): Uint8Array {
  const offsets = new BigInt64Array(lengths.length + 1);
  for (const [i, length] of lengths.entries()) offsets[i + 1] = offsets[i]! + BigInt(4 * length);
  const data = floats(
    lengths.reduce((sum, length) => sum + length, 0),
    step,
  );
  const fields = { logprobs: { data, offsets: Buffer.from(offsets.buffer), dtype: 1 } };
  return ForwardBackwardOutputProto.encode({ lossFnOutputs: [{ fields, numDatums: lengths.length }] }).finish();
}

const results: Record<string, (of: number[]) => Reply> = {
  model: () => json({ model_id: 'model' }),
  sampler: () => json({ path: null, sampling_session_id: 'sampler' }),
  saved: ([step]) => json({ path: `tinker://model/weights/${step}` }),
  unloaded: () => json({}),
  stepped: () => json({ metrics: { grad_norm: 1 } }),
  sample: ([step, at]) => ({ ...protobuf(sample(step!)), at }),
  pass: ([step, ...lengths]) => protobuf(pass(step!, lengths)),
};

const answers: Record<string, (body: Buffer) => Reply> = {
  '/beats': () => json(beats),
  '/api/v1/get_server_capabilities': () =>
    json({ supported_models: [{ model_name: 'model', max_context_length: window }] }),
  '/api/v1/client/config': () => json({}),
  '/api/v1/create_session': () => json({ session_id: 'session' }),
  '/api/v1/session_heartbeat': () => (beats.push(Date.now()), json({})),
  '/api/v1/create_model': () => future('model'),
  '/api/v1/unload_model': () => future('unloaded'),
  '/api/v1/save_weights_for_sampler': () => future('sampler'),
  '/api/v1/save_weights': () => future('saved', steps),
  '/api/v1/optim_step': () => (steps++, future('stepped')),
  '/api/v1/asample': () => future('sample', steps, Date.now() + sampleMs[asked++ % sampleMs.length]!),
  '/api/v1/forward_backward': (body) => {
    const { data } = ForwardBackwardRequestProto.decode(body) as unknown as {
      data: { modelInput: { encodedText: { tokens: Uint8Array } }[] }[];
    };
    return future('pass', steps, ...data.map(({ modelInput }) => modelInput[0]!.encodedText.tokens.length / 4));
  },
  '/api/v1/retrieve_future': (body) => {
    const [kind = '', ...of] = (JSON.parse(body.toString()) as { request_id: string }).request_id.split(':');
    return results[kind]!(of.map(Number));
  },
};

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { type = 'application/json', body, at = 0 } = answers[request.url!]!(Buffer.concat(chunks));
    setTimeout(() => response.writeHead(200, { 'content-type': type }).end(body), at - Date.now());
  });
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
