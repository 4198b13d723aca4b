/** Training requests and big results as JSON: servers before protobuf (SkyRL 0.3.0). JSON has no NaN: it arrives as null. */
import type { Datum, ForwardBackwardRequest, TensorData } from '../types.js';
import { isObject, jsonObject, malformed } from './malformed.js';
import { namedInputs } from './names.js';
import type { ForwardCall, ReadForward, ReadSample, Wire } from './types.js';

export const jsonWire: Wire = {
  name: 'json',
  writeForward({ modelId, seqId, request, forwardOnly }: ForwardCall) {
    const name = forwardOnly ? 'forward' : 'forward_backward';
    const body = { model_id: modelId, seq_id: seqId, [`${name}_input`]: inputOf(request), type: name };
    return { path: `/${name}`, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  },
  readForward(bytes) {
    const what = 'result of a forward pass';
    const { loss_fn_outputs: outputs, metrics } = jsonObject(bytes, what);
    if (!Array.isArray(outputs)) throw malformed(what, 'it has no loss_fn_outputs');
    return {
      outputs: outputs.map((output, i) => outputOf(output, `${what}, output ${i}`)),
      metrics: readMetrics(metrics),
    } satisfies ReadForward;
  },
  readSample(bytes) {
    const what = 'sample result';
    const { sequences, prompt_logprobs: prompt } = jsonObject(bytes, what);
    if (!Array.isArray(sequences)) throw malformed(what, 'it has no sequences');
    return {
      sequences: sequences.map((sequence, i) => sequenceOf(sequence, `${what}, sequence ${i}`)),
      promptLogprobs: isAbsent(prompt) ? undefined : floats(prompt, `${what}, prompt_logprobs`),
    } satisfies ReadSample;
  },
};

/** Metrics by name; what is null, because it is NaN, stays NaN. */
export function readMetrics(metrics: unknown): Record<string, number> {
  if (!isObject(metrics)) return {};
  return Object.fromEntries(
    Object.entries(metrics).map(([name, value]) => [name, typeof value === 'number' ? value : NaN]),
  );
}

function inputOf({ data, lossFn, lossFnConfig }: ForwardBackwardRequest): object {
  return { data: data.map(datumOf), loss_fn: lossFn, ...(lossFnConfig && { loss_fn_config: lossFnConfig }) };
}

function datumOf(datum: Datum): object {
  const inputs = namedInputs(datum).map(([name, data]) => [
    name,
    { data: Array.from(data), dtype: data instanceof Int32Array ? 'int64' : 'float32', shape: [data.length] },
  ]);
  return {
    model_input: { chunks: [{ type: 'encoded_text', tokens: Array.from(datum.tokens) }] },
    loss_fn_inputs: Object.fromEntries(inputs),
  };
}

function outputOf(output: unknown, what: string): Record<string, TensorData> {
  if (!isObject(output)) throw malformed(what, JSON.stringify(output));
  return Object.fromEntries(
    Object.entries(output).map(([name, tensor]) => {
      if (!isObject(tensor)) throw malformed(`${what}, ${name}`, JSON.stringify(tensor));
      const isInt = typeof tensor['dtype'] === 'string' && tensor['dtype'].startsWith('int');
      return [name, (isInt ? ints : floats)(tensor['data'], `${what}, ${name}`)];
    }),
  );
}

function sequenceOf(sequence: unknown, what: string): ReadSample['sequences'][number] {
  if (!isObject(sequence)) throw malformed(what, JSON.stringify(sequence));
  const { tokens, logprobs, stop_reason: stopReason } = sequence;
  return {
    tokens: ints(tokens, `${what}, tokens`),
    logprobs: isAbsent(logprobs) ? undefined : floats(logprobs, `${what}, logprobs`),
    stopReason: typeof stopReason === 'string' ? stopReason : 'none given',
  };
}

function floats(values: unknown, what: string): Float32Array {
  if (!Array.isArray(values)) throw malformed(what, JSON.stringify(values) ?? 'missing');
  return Float32Array.from(values, (value: unknown) => {
    if (value === null) return NaN;
    if (typeof value !== 'number') throw malformed(what, `${JSON.stringify(value)} is no number`);
    return value;
  });
}

function ints(values: unknown, what: string): Int32Array {
  if (!Array.isArray(values)) throw malformed(what, JSON.stringify(values) ?? 'missing');
  return Int32Array.from(values, (value: unknown) => {
    if (typeof value !== 'number' || (value | 0) !== value)
      throw malformed(what, `${JSON.stringify(value)} is no token`);
    return value;
  });
}

function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}
