/** The messages of package `tinker_public` that text-only training needs, as a protobufjs descriptor. */
import protobuf from 'protobufjs';

const field = (type: string, id: number): protobuf.IField => ({ type, id });
const repeated = (type: string, id: number): protobuf.IField => ({ rule: 'repeated', type, id });
const map = (type: string, id: number): protobuf.IMapField => ({ keyType: 'string', type, id });

const descriptor: protobuf.INamespace = {
  nested: {
    ForwardBackwardRequest: {
      fields: {
        modelId: field('string', 1),
        seqId: field('int32', 2),
        data: repeated('Datum', 3),
        lossFn: field('string', 4),
        lossFnConfig: map('double', 5),
        forwardOnly: field('bool', 6),
      },
    },
    Datum: { fields: { modelInput: repeated('Chunk', 1), lossFnInputs: map('Tensor', 2) } },
    Chunk: { fields: { encodedText: field('EncodedTextChunk', 1) } },
    EncodedTextChunk: { fields: { tokens: field('bytes', 1) } },
    Tensor: { fields: { dense: field('bytes', 1), dtype: field('int32', 3), shape: repeated('int64', 4) } },
    ForwardBackwardOutput: {
      fields: {
        lossFnOutputType: field('string', 1),
        lossFnOutputs: repeated('ArrayRecord', 2),
        metrics: map('double', 3),
      },
    },
    ArrayRecord: {
      fields: { typeTag: field('string', 1), fields: map('BatchedTensor', 2), numDatums: field('int64', 3) },
    },
    BatchedTensor: {
      fields: {
        data: field('bytes', 1),
        offsets: field('bytes', 2),
        dtype: field('int32', 3),
        trailingShape: repeated('int64', 4),
      },
    },
    SampleResponse: { fields: { sequences: repeated('SampledSequence', 1), promptLogprobs: field('bytes', 2) } },
    SampledSequence: {
      fields: { stopReason: field('int32', 1), tokens: field('bytes', 2), logprobs: field('bytes', 3) },
    },
  },
};

const root = protobuf.Root.fromJSON(descriptor);

export const ForwardBackwardRequestProto: protobuf.Type = root.lookupType('ForwardBackwardRequest');
export const ForwardBackwardOutputProto: protobuf.Type = root.lookupType('ForwardBackwardOutput');
export const SampleResponseProto: protobuf.Type = root.lookupType('SampleResponse');

/** `DType`. */
export const DTYPE = { float32: 1, int64: 2, int32: 3, bfloat16: 4 } as const;

/** `StopReason`, by number. */
export const STOP_REASONS: readonly string[] = ['stop', 'length'];
