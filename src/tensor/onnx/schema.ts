/** The part of ONNX's protobuf format that graphs need (field numbers from the ONNX specification), as a protobufjs descriptor. */
import protobuf from 'protobufjs/light.js';

const repeated = (type: string, id: number): protobuf.IField => ({
  rule: 'repeated',
  type,
  id,
  options: { packed: false },
});

const descriptor: protobuf.INamespace = {
  nested: {
    ModelProto: {
      fields: {
        irVersion: { type: 'int64', id: 1 },
        producerName: { type: 'string', id: 2 },
        graph: { type: 'GraphProto', id: 7 },
        opsetImport: repeated('OperatorSetIdProto', 8),
      },
    },
    OperatorSetIdProto: { fields: { domain: { type: 'string', id: 1 }, version: { type: 'int64', id: 2 } } },
    GraphProto: {
      fields: {
        node: repeated('NodeProto', 1),
        name: { type: 'string', id: 2 },
        initializer: repeated('TensorProto', 5),
        input: repeated('ValueInfoProto', 11),
        output: repeated('ValueInfoProto', 12),
      },
    },
    NodeProto: {
      fields: {
        input: repeated('string', 1),
        output: repeated('string', 2),
        name: { type: 'string', id: 3 },
        opType: { type: 'string', id: 4 },
        attribute: repeated('AttributeProto', 5),
        domain: { type: 'string', id: 7 },
      },
    },
    AttributeProto: {
      fields: {
        name: { type: 'string', id: 1 },
        f: { type: 'float', id: 2 },
        i: { type: 'int64', id: 3 },
        s: { type: 'bytes', id: 4 },
        ints: repeated('int64', 8),
        type: { type: 'int32', id: 20 },
      },
    },
    TensorProto: {
      fields: {
        dims: repeated('int64', 1),
        dataType: { type: 'int32', id: 2 },
        name: { type: 'string', id: 8 },
        rawData: { type: 'bytes', id: 9 },
        externalData: repeated('StringStringEntryProto', 13),
        dataLocation: { type: 'int32', id: 14 },
      },
    },
    StringStringEntryProto: { fields: { key: { type: 'string', id: 1 }, value: { type: 'string', id: 2 } } },
    ValueInfoProto: { fields: { name: { type: 'string', id: 1 }, type: { type: 'TypeProto', id: 2 } } },
    TypeProto: { fields: { tensorType: { type: 'TypeTensor', id: 1 } } },
    TypeTensor: { fields: { elemType: { type: 'int32', id: 1 }, shape: { type: 'TensorShapeProto', id: 2 } } },
    TensorShapeProto: { fields: { dim: repeated('Dimension', 1) } },
    Dimension: { fields: { dimValue: { type: 'int64', id: 1 }, dimParam: { type: 'string', id: 2 } } },
  },
};

/** ONNX's `ModelProto`, to encode and (in tests) decode. */
export const ModelProto: protobuf.Type = protobuf.Root.fromJSON(descriptor).lookupType('ModelProto');

/** `TensorProto.DataType`. */
export const DATA_TYPE = { float32: 1, int8: 3, int32: 6, int64: 7, bool: 9 } as const;
