/** The two ways in which training requests and big results are written; both say the same. */
import type { ForwardBackwardRequest, TensorData } from '../types.js';

export type WireName = 'protobuf' | 'json';

/** A forward pass, with its gradient unless `forwardOnly`, as one request. */
export interface ForwardCall {
  modelId: string;
  seqId: number;
  request: ForwardBackwardRequest;
  forwardOnly: boolean;
}

/** A request as it is sent. */
export interface Written {
  path: string;
  headers: Record<string, string>;
  body: string | Uint8Array;
}

/** A result as it came, before anything is asked of it. */
export interface ReadForward {
  outputs: Record<string, TensorData>[];
  metrics: Record<string, number>;
}

export interface ReadSample {
  sequences: { tokens: Int32Array; logprobs: Float32Array | undefined; stopReason: string }[];
  /** NaN where there is none. */
  promptLogprobs: Float32Array | undefined;
}

/** One codec. Readers throw `malformed` at what they cannot read. */
export interface Wire {
  readonly name: WireName;
  writeForward(call: ForwardCall): Written;
  readForward(bytes: Uint8Array): ReadForward;
  readSample(bytes: Uint8Array): ReadSample;
}
