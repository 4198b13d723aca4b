/** Both codecs against messages of the official client and against each other. */
import { describe, expect, test } from 'vitest';
import { jsonWire } from './json.js';
import { protobufWire } from './protobuf.js';
import { ForwardBackwardOutputProto, ForwardBackwardRequestProto, SampleResponseProto } from './schema.js';
import golden from './testing/golden.json' with { type: 'json' };
import type { ForwardCall, Wire } from './types.js';

const call: ForwardCall = {
  modelId: 'model_1',
  seqId: 7,
  forwardOnly: true,
  request: {
    lossFn: 'ppo',
    lossFnConfig: { clip_low_threshold: 0.75 },
    data: [
      {
        tokens: Int32Array.of(11, 12, 13),
        lossFnInputs: { targetTokens: Int32Array.of(12, 13, 70000), advantages: Float32Array.of(0, 0.5, -0.5) },
      },
    ],
  },
};

const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));
const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

describe('protobuf, against bytes that the official classes made', () => {
  test('a request says the same', () => {
    const { path, headers, body } = protobufWire.writeForward(call);
    expect([path, headers['content-type']]).toEqual(['/forward_backward', 'application/x-protobuf']);
    const read = (from: Uint8Array) =>
      ForwardBackwardRequestProto.toObject(ForwardBackwardRequestProto.decode(from), { longs: Number, bytes: String });
    expect(read(body as Uint8Array)).toEqual(read(bytes(golden.request)));
    expect(read(body as Uint8Array)).toMatchObject({ modelId: 'model_1', seqId: 7, lossFn: 'ppo', forwardOnly: true });
  });

  test('an output: several records, types widened, NaN kept', () => {
    const { outputs, metrics } = protobufWire.readForward(bytes(golden.output));
    expect(metrics).toEqual({ 'loss:sum': 1.5, 'bad:mean': NaN });
    expect(
      outputs.map((one) =>
        [one['logprobs'], one['half'], one['long'], one['int']].map((array) => Array.from(array ?? [])),
      ),
    ).toEqual([
      [
        [-1, 0],
        [-1, 0],
        [-1, 0],
        [-1, 0],
      ],
      [[1], [1], [1], [1]],
      [
        [-11, -10, -9],
        [-11, -10, -9],
        [-1, 0, 1],
        [-1, 0, 1],
      ],
    ]);
  });

  test('a sample: stop reasons, log-probabilities that are there and that are not, an empty first of the prompt', () => {
    const { sequences, promptLogprobs } = protobufWire.readSample(bytes(golden.sample));
    expect(Array.from(promptLogprobs ?? [])).toEqual([NaN, -1.5]);
    expect(sequences).toEqual([
      { tokens: Int32Array.of(21, 2), logprobs: Float32Array.of(-0.25, -0.5), stopReason: 'stop' },
      { tokens: Int32Array.of(30, 31, 32), logprobs: Float32Array.of(-0.25, -0.5, -0.75), stopReason: 'length' },
      { tokens: Int32Array.of(5), logprobs: undefined, stopReason: 'stop' },
    ]);
  });
});

describe('JSON', () => {
  test('a request, forward and with gradient', () => {
    const { path, body } = jsonWire.writeForward(call);
    expect(path).toBe('/forward');
    expect(JSON.parse(body as string)).toEqual({
      model_id: 'model_1',
      seq_id: 7,
      type: 'forward',
      forward_input: {
        loss_fn: 'ppo',
        loss_fn_config: { clip_low_threshold: 0.75 },
        data: [
          {
            model_input: { chunks: [{ type: 'encoded_text', tokens: [11, 12, 13] }] },
            loss_fn_inputs: {
              target_tokens: { data: [12, 13, 70000], dtype: 'int64', shape: [3] },
              advantages: { data: [0, 0.5, -0.5], dtype: 'float32', shape: [3] },
            },
          },
        ],
      },
    });
    const backward = jsonWire.writeForward({ ...call, forwardOnly: false });
    expect(backward.path).toBe('/forward_backward');
    expect(JSON.parse(backward.body as string)).toHaveProperty('forward_backward_input.loss_fn', 'ppo');
  });

  test('null is NaN in numbers and in metrics', () => {
    const body = {
      loss_fn_outputs: [{ logprobs: { data: [-1, null], dtype: 'float32' } }],
      metrics: { a: null, b: 2 },
    };
    const { outputs, metrics } = jsonWire.readForward(json(body));
    expect(outputs).toEqual([{ logprobs: Float32Array.of(-1, NaN) }]);
    expect(metrics).toEqual({ a: NaN, b: 2 });
  });
});

describe('one result, written both ways, is read as the same', () => {
  const offsets = (...at: number[]) => Buffer.from(BigInt64Array.from(at.map(BigInt)).buffer);
  test('forward', () => {
    const logprobs = Float32Array.of(-0.5, -1.25, -2);
    const field = { data: Buffer.from(logprobs.buffer), offsets: offsets(0, 8, 12), dtype: 1 };
    const message = { lossFnOutputs: [{ fields: { logprobs: field }, numDatums: 2 }], metrics: { 'loss:sum': 3 } };
    const asProtobuf = protobufWire.readForward(ForwardBackwardOutputProto.encode(message).finish());
    const asJson = jsonWire.readForward(
      json({
        loss_fn_outputs: [[-0.5, -1.25], [-2]].map((data) => ({ logprobs: { data, dtype: 'float32' } })),
        metrics: { 'loss:sum': 3 },
      }),
    );
    expect(asProtobuf).toEqual(asJson);
  });

  test('sample', () => {
    const tokens = Buffer.from(Int32Array.of(4, 2).buffer);
    const logprobs = Buffer.from(Float32Array.of(-0.5, -1).buffer);
    const message = { sequences: [{ stopReason: 1, tokens, logprobs }], promptLogprobs: logprobs };
    const asProtobuf = protobufWire.readSample(SampleResponseProto.encode(message).finish());
    const asJson = jsonWire.readSample(
      json({
        sequences: [{ tokens: [4, 2], logprobs: [-0.5, -1], stop_reason: 'length' }],
        prompt_logprobs: [-0.5, -1],
      }),
    );
    expect(asProtobuf).toEqual(asJson);
  });
});

describe('what cannot be read is malformed', () => {
  const sampleOf = (sequence: object) => SampleResponseProto.encode({ sequences: [sequence] }).finish();
  const outputOf = (field: object) =>
    ForwardBackwardOutputProto.encode({ lossFnOutputs: [{ fields: { logprobs: field }, numDatums: 1 }] }).finish();
  const eight = Buffer.alloc(8);
  test.each<[string, Wire, 'readForward' | 'readSample', Uint8Array]>([
    ['half a message', protobufWire, 'readForward', bytes(golden.output).subarray(0, 40)],
    ['JSON where protobuf was said', protobufWire, 'readSample', json({ sequences: [] })],
    ['tokens of three bytes', protobufWire, 'readSample', sampleOf({ tokens: Buffer.alloc(3) })],
    ['offsets that are not there', protobufWire, 'readForward', outputOf({ data: eight, dtype: 1 })],
    [
      'offsets beyond the data',
      protobufWire,
      'readForward',
      outputOf({ data: eight, dtype: 1, offsets: Buffer.from(BigInt64Array.of(0n, 12n).buffer) }),
    ],
    [
      'offsets backwards',
      protobufWire,
      'readForward',
      outputOf({ data: eight, dtype: 1, offsets: Buffer.from(BigInt64Array.of(8n, 4n).buffer) }),
    ],
    [
      'a type of number that nobody knows',
      protobufWire,
      'readForward',
      outputOf({ data: eight, dtype: 9, offsets: Buffer.from(BigInt64Array.of(0n, 8n).buffer) }),
    ],
    [
      'a token beyond 32 bits',
      protobufWire,
      'readForward',
      outputOf({
        data: Buffer.from(BigInt64Array.of(2n ** 40n).buffer),
        dtype: 2,
        offsets: Buffer.from(BigInt64Array.of(0n, 8n).buffer),
      }),
    ],
    ['nothing', jsonWire, 'readSample', new Uint8Array()],
    ['cut JSON', jsonWire, 'readSample', new TextEncoder().encode('{"sequences": [')],
    ['no sequences', jsonWire, 'readSample', json({})],
    ['a sequence that is none', jsonWire, 'readSample', json({ sequences: [3] })],
    ['a token that is half', jsonWire, 'readSample', json({ sequences: [{ tokens: [1.5], stop_reason: 'stop' }] })],
    ['a token that is null', jsonWire, 'readSample', json({ sequences: [{ tokens: [null], stop_reason: 'stop' }] })],
    ['a number that is a text', jsonWire, 'readForward', json({ loss_fn_outputs: [{ logprobs: { data: ['-1'] } }] })],
    ['a tensor without data', jsonWire, 'readForward', json({ loss_fn_outputs: [{ logprobs: {} }] })],
    ['a list', jsonWire, 'readForward', json([])],
  ])('%s', (_what, wire, method, from) => {
    expect(() => wire[method](from)).toThrow(
      expect.objectContaining({ name: 'TinkerError', kind: 'malformed' }) as Error,
    );
  });

  test('a stop reason that nobody knows is passed on, and is no stop', () => {
    const tokens = Buffer.from(Int32Array.of(1).buffer);
    expect(protobufWire.readSample(sampleOf({ tokens, stopReason: 5 })).sequences[0]?.stopReason).toBe('number 5');
    for (const stop_reason of ['abort', null, undefined]) {
      const read = jsonWire.readSample(json({ sequences: [{ tokens: [1], stop_reason }] }));
      expect(read.sequences[0]?.stopReason).toBe(stop_reason ?? 'none given');
    }
  });
});
