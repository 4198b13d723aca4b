/**
 * Cutting work into micro-batches. A group with two responses or more shares its prompt; lone responses become plain
 * sequences. Groups of similar length go together, so that attention pads little.
 */
import type { DecoderConfig } from '../../models/hf-config.js';
import type { Tokens } from '../types.js';
import { plainGroup, sharedGroup, type PackGroup } from './packing.js';

/** A prompt with responses to score or train. */
export interface Work {
  prompt: Tokens;
  responses: readonly { tokens: Tokens }[];
}

/** What is computed in one run. */
export interface MicroBatch {
  groups: PackGroup[];
  /** Where each tail came from, in the order of packing. */
  sources: { group: number; response: number }[];
}

interface Piece {
  group: PackGroup;
  sources: MicroBatch['sources'];
  /** Prefix and longest tail. */
  prefix: number;
  tail: number;
}

/** All responses that have tokens, in micro-batches of at most `budgetBytes` (a single response may be larger). */
export function microBatches(config: DecoderConfig, work: readonly Work[], budgetBytes: number): MicroBatch[] {
  const pieces = work.flatMap(({ prompt, responses }, group) => cut(config, prompt, responses, group, budgetBytes));
  const isShared = (p: Piece) => p.prefix > 0;
  const order = pieces.toSorted(
    (a, b) => Number(isShared(a)) - Number(isShared(b)) || a.prefix - b.prefix || a.tail - b.tail,
  );
  const batches: MicroBatch[] = [];
  let current: Piece[] = [];
  for (const piece of order) {
    const grown = [...current, piece];
    const first = current[0];
    const fits = first && isShared(first) === isShared(piece) && batchBytes(config, grown) <= budgetBytes;
    if (first && !fits) {
      batches.push(join(current));
      current = [piece];
    } else current = grown;
  }
  if (current.length > 0) batches.push(join(current));
  return batches;
}

function join(pieces: readonly Piece[]): MicroBatch {
  return { groups: pieces.map((p) => p.group), sources: pieces.flatMap((p) => p.sources) };
}

/** A group as one piece, or as several with the prompt repeated where it is over the budget. */
function cut(
  config: DecoderConfig,
  prompt: Tokens,
  responses: readonly { tokens: Tokens }[],
  group: number,
  budgetBytes: number,
): Piece[] {
  const alive = responses
    .map(({ tokens }, response) => ({ tokens, response }))
    .filter(({ tokens }) => tokens.length > 0)
    .toSorted((a, b) => a.tokens.length - b.tokens.length);
  const make = (part: typeof alive): Piece => {
    const isPlain = part.length === 1 || prompt.length === 1;
    const packed = isPlain
      ? part.map(({ tokens }) => plainGroup(prompt, tokens))
      : [
          sharedGroup(
            prompt,
            part.map(({ tokens }) => tokens),
          ),
        ];
    const first = packed[0]!;
    const merged = packed.length === 1 ? first : { prefix: first.prefix, tails: packed.flatMap((p) => p.tails) };
    return {
      group: merged,
      sources: part.map(({ response }) => ({ group, response })),
      prefix: merged.prefix.length,
      tail: Math.max(...merged.tails.map((t) => t.inputs.length)),
    };
  };
  const pieces: Piece[] = [];
  let part: typeof alive = [];
  for (const one of alive) {
    if (part.length > 0 && batchBytes(config, [make([...part, one])]) > budgetBytes) {
      pieces.push(make(part));
      part = [];
    }
    part.push(one);
  }
  if (part.length > 0) pieces.push(make(part));
  return pieces;
}

/** Estimated bytes that training on these pieces keeps until the backward pass: rows, attention weights, logits. */
function batchBytes(config: DecoderConfig, pieces: readonly Piece[]): number {
  const { hidden, ffn, heads, kvHeads, headDim, layers, vocab } = config;
  const sum = (of: (p: Piece) => number) => pieces.reduce((total, p) => total + of(p), 0);
  const rows = sum((p) => p.prefix + p.group.tails.reduce((n, t) => n + t.inputs.length, 0));
  const kept = sum((p) => p.group.tails.reduce((n, t) => n + t.targets.length, 0));
  const most = (of: (p: Piece) => number) => Math.max(...pieces.map(of));
  const [P, R, G] = [most((p) => p.prefix), most((p) => p.tail), most((p) => p.group.tails.length)];
  const rowFloats = 8 * hidden + 5 * ffn + 4 * (heads + 2 * kvHeads) * headDim;
  const scoreFloats = 2 * heads * pieces.length * (G * R * (P + R) + P * P);
  return 4 * (layers * (rows * rowFloats + scoreFloats) + 3 * kept * vocab);
}
