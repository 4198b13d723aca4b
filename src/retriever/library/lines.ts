/** Traces and labels as their owner has them, checked one by one: each error names its file and line, or its place in the list. */
import { RaRftError } from '../../core/errors.js';
import { readJsonl } from '../../core/jsonl.js';
import { unreadable } from '../../data/byte-stream.js';
import type { Trace } from '../../data/types.js';
import { documentText, type DocumentText } from '../encode/text.js';
import type { LabelledPair, Lines, TraceInput } from './types.js';

/** A value and where it stands. */
interface Placed {
  value: unknown;
  where: string;
}

async function* placed(lines: Lines<unknown>, what: string): AsyncGenerator<Placed> {
  const items = typeof lines === 'string' ? [lines] : lines;
  let at = 0;
  for await (const item of items) {
    if (typeof item !== 'string') yield { value: item, where: `${what}[${at}]` };
    else yield* linesOf(item);
    at++;
  }
}

async function* linesOf(file: string): AsyncGenerator<Placed> {
  try {
    for await (const { line, value } of readJsonl(file)) yield { value, where: `${file}:${line}` };
  } catch (error) {
    throw error instanceof RaRftError ? error : await unreadable(file, error);
  }
}

/** Reads traces. Throws `data` at one without id or text, and at an id that is there twice. */
export async function readTraces(lines: Lines<TraceInput>, what = 'traces'): Promise<TraceInput[]> {
  const traces: TraceInput[] = [];
  const seen = new Map<string, string>();
  for await (const { value, where } of placed(lines, what)) {
    const { id, question, trace, text } = fieldsOf(value, where);
    if (typeof id !== 'string' || id === '')
      throw bad(where, `the id is ${show(id)}`, 'a text that no other trace has');
    const body = trace ?? text;
    if (typeof body !== 'string' || body.trim() === '')
      throw bad(where, `trace ${id} has no text: ${show(body)}`, 'the field trace or text');
    if (question !== undefined && question !== null && typeof question !== 'string')
      throw bad(where, `the question of trace ${id} is ${show(question)}`, 'a text');
    const first = seen.get(id);
    if (first !== undefined) throw bad(where, `the id ${id} was there before, at ${first}`, 'an id for each trace');
    seen.set(id, where);
    traces.push(value as TraceInput);
  }
  return traces;
}

/** A label and where it stands. */
type ReadPair = LabelledPair & { relevant: boolean; where: string };

/** Reads labels. Throws `data` at one without question or trace. */
export async function readPairs(lines: Lines<LabelledPair>): Promise<ReadPair[]> {
  const pairs: ReadPair[] = [];
  for await (const { value, where } of placed(lines, 'labels')) {
    const { question, attempt, traceId, relevant = true } = fieldsOf(value, where);
    if (typeof question !== 'string' || question.trim() === '')
      throw bad(
        where,
        `the question is ${show(question)}`,
        '{ "question": "...", "traceId": "...", "relevant": true }',
      );
    if (typeof traceId !== 'string') throw bad(where, `traceId is ${show(traceId)}`, 'the id of a trace');
    if (typeof relevant !== 'boolean') throw bad(where, `relevant is ${show(relevant)}`, 'true or false');
    if (attempt !== undefined && typeof attempt !== 'string')
      throw bad(where, `the attempt is ${show(attempt)}`, 'a text, or none');
    pairs.push({ question, attempt, traceId, relevant, where });
  }
  return pairs;
}

/** A trace as the parts of the retriever know it; further fields stay with the owner. */
export function asTrace({ id, question, trace, text, type, truth }: TraceInput): Trace {
  return {
    id,
    question: question ?? '',
    trace: trace ?? text ?? '',
    answer: '',
    ...(typeof type === 'string' && { type }),
    ...(typeof truth === 'string' && { truth }),
  };
}

/** How many traces have nothing of what they are searched by. Throws `data` where that are all. */
export function countWithoutText(traces: readonly Trace[], part: DocumentText): number {
  const without = traces.filter((trace) => documentText(trace, part).trim() === '').length;
  if (without === 0 || without < traces.length) return without;
  throw bad('document', `no trace has a ${part}, by which they are to be searched`, 'settings.document: trace');
}

function fieldsOf(value: unknown, where: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw bad(where, `found ${show(value)}`, 'an object');
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? 'missing').slice(0, 80);
}

function bad(where: string, message: string, expected: string): RaRftError {
  return new RaRftError({ code: 'data', message, where, expected });
}
