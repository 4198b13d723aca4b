/** Training requests and big results as protobuf: SkyRL from 0.4.0, TuFT, the hosted service. */
import type protobuf from 'protobufjs';
import type { Datum, TensorData } from '../types.js';
import { bytesOfArray, fromFloat32, fromInt32, fromInt64, fromTyped, int64Bytes } from './bytes.js';
import { malformed } from './malformed.js';
import { namedInputs } from './names.js';
import {
  DTYPE,
  ForwardBackwardOutputProto,
  ForwardBackwardRequestProto,
  SampleResponseProto,
  STOP_REASONS,
} from './schema.js';
import type { ReadForward, ReadSample, Wire } from './types.js';

export const PROTOBUF_TYPE = 'application/x-protobuf';

export const protobufWire: Wire = {
  name: 'protobuf',
  writeForward({ modelId, seqId, request, forwardOnly }) {
    const { data, lossFn, lossFnConfig = {} } = request;
    const message = { modelId, seqId, data: data.map(datumOf), lossFn, lossFnConfig, forwardOnly };
    const body = ForwardBackwardRequestProto.encode(message).finish();
    return { path: '/forward_backward', headers: { 'content-type': PROTOBUF_TYPE }, body };
  },
  readForward(bytes) {
    const what = 'result of a forward pass';
    const { lossFnOutputs = [], metrics = {} } = decoded<OutputMessage>(ForwardBackwardOutputProto, bytes, what);
    return { outputs: lossFnOutputs.flatMap((record) => outputsOf(record, what)), metrics } satisfies ReadForward;
  },
  readSample(bytes) {
    const what = 'sample result';
    const { sequences = [], promptLogprobs } = decoded<SampleMessage>(SampleResponseProto, bytes, what);
    return {
      sequences: sequences.map(({ tokens = none, logprobs, stopReason = 0 }) => ({
        tokens: fromInt32(tokens, `${what}, tokens`),
        logprobs: logprobs && fromFloat32(logprobs, `${what}, logprobs`),
        stopReason: STOP_REASONS[stopReason] ?? `number ${stopReason}`,
      })),
      promptLogprobs: promptLogprobs && fromFloat32(promptLogprobs, `${what}, prompt log-probabilities`),
    } satisfies ReadSample;
  },
};

/** Fields that have their default are absent. */
interface OutputMessage {
  lossFnOutputs?: RecordMessage[];
  metrics?: Record<string, number>;
}
interface RecordMessage {
  fields?: Record<string, { data?: Uint8Array; offsets?: Uint8Array; dtype?: number; trailingShape?: number[] }>;
  numDatums?: number;
}
interface SampleMessage {
  sequences?: { stopReason?: number; tokens?: Uint8Array; logprobs?: Uint8Array }[];
  promptLogprobs?: Uint8Array;
}

const none = new Uint8Array();

function datumOf(datum: Datum): object {
  const inputs = namedInputs(datum).map(([name, data]) => [name, tensorOf(data)]);
  return {
    modelInput: [{ encodedText: { tokens: bytesOfArray(datum.tokens) } }],
    lossFnInputs: Object.fromEntries(inputs),
  };
}

function tensorOf(data: TensorData): object {
  const shape = [data.length];
  if (data instanceof Int32Array) return { dense: int64Bytes(data), dtype: DTYPE.int64, shape };
  return { dense: bytesOfArray(data), dtype: DTYPE.float32, shape };
}

/** The arrays of a record, one output a datum. */
function outputsOf({ fields = {}, numDatums = 0 }: RecordMessage, what: string): Record<string, TensorData>[] {
  const outputs: Record<string, TensorData>[] = Array.from({ length: numDatums }, () => ({}));
  for (const [name, { data = none, offsets = none, dtype = 0 }] of Object.entries(fields)) {
    const place = `${what}, ${name}`;
    const bounds = fromInt64(offsets, `${place}, offsets`);
    if (bounds.length !== numDatums + 1) throw malformed(place, `${bounds.length} offsets for ${numDatums} datums`);
    outputs.forEach((output, i) => {
      const [start, end] = [bounds[i]!, bounds[i + 1]!];
      if (start < 0 || end < start || end > data.length)
        throw malformed(place, `bytes ${start} to ${end} of ${data.length}`);
      output[name] = fromTyped(data.subarray(start, end), dtype, place);
    });
  }
  return outputs;
}

function decoded<Message>(type: protobuf.Type, bytes: Uint8Array, what: string): Message {
  try {
    return type.toObject(type.decode(bytes), { longs: Number }) as Message;
  } catch (error) {
    throw malformed(what, error instanceof Error ? error.message : String(error), error);
  }
}
