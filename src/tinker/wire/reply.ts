/** Results by the type that the server gave them, whatever was asked for. */
import { jsonWire } from './json.js';
import { PROTOBUF_TYPE, protobufWire } from './protobuf.js';
import type { Wire } from './types.js';

/** What a question for a result offers to read. */
export const ACCEPT = `${PROTOBUF_TYPE}, application/json`;

/** `application/protobuf` is the registered spelling; servers send the other. */
export function isProtobuf(contentType: string | null): boolean {
  return /^application\/(?:x-)?protobuf\b/i.test(contentType ?? '');
}

/** The codec of an answer. */
export function wireOf(contentType: string | null): Wire {
  return isProtobuf(contentType) ? protobufWire : jsonWire;
}
