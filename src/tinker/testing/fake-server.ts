/**
 * A Tinker server of this process that keeps books: what it was asked, in which order, and what it has applied, once for each number. A
 * test may answer any request itself, before or after the server has done its work.
 */
import { startScriptedServer, type Behaviour, type SeenRequest } from '../../core/testing/scripted-server.js';
import { ForwardBackwardOutputProto, ForwardBackwardRequestProto, SampleResponseProto } from '../wire/schema.js';

/** Answers a request itself; undefined leaves it to the server. `work` has the server do it, and gives its answer. */
export type Script = (
  request: SeenRequest,
  work: () => Behaviour,
) => Behaviour | undefined | Promise<Behaviour | undefined>;

export interface FakeServer {
  origin: string;
  seen: SeenRequest[];
  /** Operations in the order in which they were taken, each number once: `forward_backward 1`. */
  applied: string[];
  /** Requests to a path, such as `/asample`. */
  at(path: string): SeenRequest[];
  close(): Promise<void>;
}

export interface FakeOptions {
  script?: Script;
  /** What it reads. Default protobuf. */
  speaks?: 'protobuf' | 'json';
  /** Its answer to /client/config. */
  config?: object;
}

const API = '/api/v1';

/** A body of `bytes` as protobuf. */
export function protobufReply(bytes: Uint8Array): Behaviour {
  return { text: bytes, headers: { 'content-type': 'application/x-protobuf' } };
}

/** A sample result as protobuf: tokens with their stop reasons, log-probability -0.5 each unless given. */
export function sampleReply(
  sequences: readonly { tokens: number[]; stopReason?: number; logprobs?: number[] | null }[],
  promptLogprobs?: number[],
): Behaviour {
  const message = {
    sequences: sequences.map(({ tokens, stopReason = 0, logprobs = tokens.map(() => -0.5) }) => ({
      tokens: Buffer.from(Int32Array.from(tokens).buffer),
      stopReason,
      ...(logprobs && { logprobs: floats(logprobs) }),
    })),
    ...(promptLogprobs && { promptLogprobs: floats(promptLogprobs) }),
  };
  return protobufReply(SampleResponseProto.encode(message).finish());
}

/** Log-probabilities of datums as protobuf. */
export function forwardReply(logprobs: readonly number[][], metrics: Record<string, number> = {}): Behaviour {
  const offsets = logprobs.reduce<bigint[]>((at, one) => [...at, at.at(-1)! + BigInt(4 * one.length)], [0n]);
  const field = { data: floats(logprobs.flat()), offsets: Buffer.from(BigInt64Array.from(offsets).buffer), dtype: 1 };
  const record = { fields: { logprobs: field }, numDatums: logprobs.length };
  return protobufReply(ForwardBackwardOutputProto.encode({ lossFnOutputs: [record], metrics }).finish());
}

/** What the server reads of a forward pass, from either codec. */
export function forwardCallOf({ bytes, body, headers }: SeenRequest): {
  seqId: number;
  lengths: number[];
  forwardOnly: boolean;
} {
  if (headers['content-type'] === 'application/json') {
    const json = body as { seq_id: number } & Record<
      string,
      { data: { model_input: { chunks: { tokens: number[] }[] } }[] }
    >;
    const input = json['forward_input'] ?? json['forward_backward_input'];
    const lengths = (input?.data ?? []).map(({ model_input }) => model_input.chunks[0]!.tokens.length);
    return { seqId: json.seq_id, lengths, forwardOnly: 'forward_input' in json };
  }
  const message = ForwardBackwardRequestProto.toObject(ForwardBackwardRequestProto.decode(bytes), {
    defaults: true,
  }) as {
    seqId: number;
    forwardOnly: boolean;
    data: { modelInput: { encodedText: { tokens: Uint8Array } }[] }[];
  };
  const lengths = message.data.map(({ modelInput }) => modelInput[0]!.encodedText.tokens.length / 4);
  return { seqId: message.seqId, lengths, forwardOnly: message.forwardOnly };
}

export async function startFakeServer({
  script,
  speaks = 'protobuf',
  config = { pjwt_auth_enabled: false },
}: FakeOptions = {}): Promise<FakeServer> {
  const applied: string[] = [];
  const results = new Map<string, Behaviour>();
  const numbers = new Map<string, { body: string; id: string }>();
  let count = 0;
  const operation = (result: Behaviour): Behaviour => {
    const id = String(++count);
    results.set(id, result);
    return { json: { future_id: id, status: 'pending', request_id: id } };
  };
  /** Training calls: a number is worth one operation; another body under it is refused. */
  const numbered = (name: string, seqId: number, body: string, result: () => Behaviour): Behaviour => {
    const before = numbers.get(`${seqId}`);
    if (before?.body === body) return { json: { request_id: before.id } };
    if (before) return { status: 409, json: { detail: 'Training request sequence number was reused' } };
    applied.push(`${name} ${seqId}`);
    const answer = operation(result());
    numbers.set(`${seqId}`, { body, id: String(count) });
    return answer;
  };
  const forward = (request: SeenRequest): Behaviour => {
    const isJson = request.headers['content-type'] === 'application/json';
    if (isJson && speaks === 'protobuf')
      return { status: 415, json: { detail: 'requires an application/x-protobuf body' } };
    if (!isJson && speaks === 'json')
      return { status: 422, json: { detail: [{ loc: ['body'], msg: 'Input should be a valid dictionary' }] } };
    const { seqId, lengths, forwardOnly } = forwardCallOf(request);
    const logprobs = lengths.map((length) => Array.from({ length }, () => -1));
    const result: Behaviour = isJson
      ? { json: { loss_fn_outputs: logprobs.map((data) => ({ logprobs: { data, dtype: 'float32' } })), metrics: {} } }
      : forwardReply(logprobs, { 'loss:sum': lengths.length });
    return numbered(
      forwardOnly ? 'forward' : 'forward_backward',
      seqId,
      request.bytes.toString('base64'),
      () => result,
    );
  };
  const answers: Record<string, (request: SeenRequest) => Behaviour> = {
    '/get_server_capabilities': () => ({
      json: { supported_models: [{ model_name: 'tiny', max_context_length: 64 }] },
    }),
    '/client/config': () => ({ json: config }),
    '/create_session': () => ({ json: { session_id: `session_${++count}`, info_message: null } }),
    '/session_heartbeat': () => ({ json: { type: 'session_heartbeat' } }),
    '/create_model': () => operation({ json: { model_id: 'model_1' } }),
    '/unload_model': () => operation({ json: { model_id: 'model_1' } }),
    '/forward_backward': forward,
    '/forward': forward,
    '/optim_step': ({ body, text }) =>
      numbered('optim_step', body['seq_id'] as number, text, () => ({
        json: { metrics: { grad_norm: 2, odd: null } },
      })),
    '/save_weights': ({ body, text }) =>
      numbered('save_weights', body['seq_id'] as number, text, () => ({
        json: { path: `tinker://model_1/weights/${body['path'] as string}` },
      })),
    '/save_weights_for_sampler': ({ body, text }) =>
      numbered('save_weights_for_sampler', body['seq_id'] as number, text, () => ({
        json: body['path']
          ? { path: `tinker://model_1/${body['path'] as string}` }
          : { path: null, sampling_session_id: 'sampling_1' },
      })),
    '/load_weights': ({ body, text }) =>
      numbered('load_weights', body['seq_id'] as number, text, () => ({ json: { type: 'load_weights' } })),
    '/weights_info': () => ({ json: { base_model: 'tiny', is_lora: true, lora_rank: 8 } }),
    '/create_sampling_session': () => ({ json: { sampling_session_id: 'sampling_1' } }),
    '/asample': ({ body }) => {
      const n = body['num_samples'] as number;
      const prompt = (body['prompt'] as { chunks: { tokens: number[] }[] }).chunks[0]!.tokens;
      const ofPrompt = body['prompt_logprobs'] === true ? prompt.slice(1).map((_, i) => -1 - i) : undefined;
      return operation(
        sampleReply(
          Array.from({ length: n }, (_, g) => ({ tokens: [10 + g, 2] })),
          ofPrompt,
        ),
      );
    },
    '/retrieve_future': ({ body }) =>
      results.get(body['request_id'] as string) ?? { status: 404, json: { detail: 'Future not found' } },
  };
  const server = await startScriptedServer(async (request) => {
    const work = () =>
      answers[request.path.slice(API.length)]?.(request) ?? { status: 404, json: { detail: 'Not Found' } };
    return (await script?.(request, work)) ?? work();
  });
  const at = (path: string) => server.seen.filter((request) => request.path === API + path);
  return { origin: server.origin, seen: server.seen, applied, at, close: () => server.close() };
}

function floats(values: readonly number[]): Buffer {
  return Buffer.from(Float32Array.from(values).buffer);
}
