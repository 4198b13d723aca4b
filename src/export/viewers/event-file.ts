/** TensorBoard's event files: records of protobuf messages, each with the checksums of its length and of itself. */
import protobuf from 'protobufjs';

/** One number or text under a tag. */
export type TaggedValue = { tag: string } & ({ number: number } | { text: string });

export interface EventRecord {
  /** Seconds since 1970. */
  time: number;
  step: number;
  values: readonly TaggedValue[];
}

const field = (type: string, id: number): protobuf.IField => ({ type, id });
const repeated = (type: string, id: number): protobuf.IField => ({ rule: 'repeated', type, id });

/** What of TensorFlow's event.proto, summary.proto and tensor.proto is written. */
const types = protobuf.Root.fromJSON({
  nested: {
    Event: {
      fields: {
        wallTime: field('double', 1),
        step: field('int64', 2),
        fileVersion: field('string', 3),
        summary: field('Summary', 5),
      },
    },
    Summary: { fields: { value: repeated('Value', 1) } },
    Value: {
      oneofs: { value: { oneof: ['simpleValue', 'tensor'] } }, // else a number of 0 would not be written
      fields: {
        tag: field('string', 1),
        simpleValue: field('float', 2),
        tensor: field('Tensor', 8),
        metadata: field('Metadata', 9),
      },
    },
    Metadata: { fields: { pluginData: field('PluginData', 1), dataClass: field('int32', 4) } },
    PluginData: { fields: { pluginName: field('string', 1) } },
    Tensor: { fields: { dtype: field('int32', 1), tensorShape: field('Shape', 2), stringVal: repeated('bytes', 8) } },
    Shape: { fields: { dim: repeated('Dim', 2) } },
    Dim: { fields: { size: field('int64', 1) } },
  },
});
const eventType = types.lookupType('Event');

/** `DT_STRING` of tensor.proto, `DATA_CLASS_TENSOR` of summary.proto. */
const [stringType, tensorClass] = [7, 2];

/** A whole file: the version that readers look for, then the events in their order. */
export function eventFile(events: readonly EventRecord[]): Buffer {
  const head = { wallTime: events[0]?.time ?? 0, fileVersion: 'brain.Event:2' };
  const messages = events.map(({ time, step, values }) => ({
    wallTime: time,
    step,
    summary: { value: values.map(valueOf) },
  }));
  return Buffer.concat(
    [head, ...messages].map((message) => framed(eventType.encode(eventType.fromObject(message)).finish())),
  );
}

function valueOf(value: TaggedValue): Record<string, unknown> {
  if ('number' in value) return { tag: value.tag, simpleValue: value.number };
  return {
    tag: value.tag,
    metadata: { pluginData: { pluginName: 'text' }, dataClass: tensorClass },
    tensor: { dtype: stringType, tensorShape: { dim: [{ size: 1 }] }, stringVal: [Buffer.from(value.text, 'utf8')] },
  };
}

/** TFRecord: length (64 bits, low end first), its checksum, the message, its checksum. */
function framed(message: Uint8Array): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(message.length));
  return Buffer.concat([length, checksum(length), message, checksum(message)]);
}

function checksum(bytes: Uint8Array): Buffer {
  const crc = crc32c(bytes);
  const rotated = ((crc >>> 15) | (crc << 17)) >>> 0;
  const masked = Buffer.alloc(4);
  masked.writeUInt32LE((rotated + 0xa282ead8) >>> 0);
  return masked;
}

/** CRC-32C (Castagnoli), which zlib does not have; exported for its test. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ table[(crc ^ byte) & 0xff]!;
  return ~crc >>> 0;
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc >>> 0;
});
