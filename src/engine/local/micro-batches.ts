/**
 * Cutting work into micro-batches. A group with two responses or more shares its prompt; lone responses become plain
 * sequences. Groups of similar size go together, so that attention pads little.
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

/** What one run may take. A single response may be larger. */
export interface BatchLimits {
  /** Estimated bytes that are kept until the backward pass. */
  bytes: number;
  /** Rows (tokens computed) at which a run is full: enough for wide products, few enough to stay in the processor's caches. */
  rows: number;
  /** Arrays of the logits' size that a run keeps; default 3. */
  logitArrays?: number;
}

/** Logits, their log-probabilities and probabilities. */
const LOGIT_ARRAYS = 3;

/** A group is cut, and its prompt computed again, only when it is this many times over the rows of a run. */
const WHOLE_GROUP = 4;

/** Attention may compute this many times the places that are needed, because of padding. */
const MAX_PADDING = 1.5;

/** Sizes that decide what a run costs. */
interface Size {
  groups: number;
  /** Largest number of responses, longest prefix, longest tail. */
  G: number;
  P: number;
  R: number;
  rows: number;
  /** Rows that reach the head. */
  kept: number;
  /** Query-key places that are needed; padding adds to what is computed. */
  places: number;
}

interface Piece {
  prompt: Tokens;
  group: number;
  responses: { tokens: Tokens; response: number }[];
  size: Size;
}

const NOTHING: Size = { groups: 0, G: 0, P: 0, R: 0, rows: 0, kept: 0, places: 0 };

/** All responses that have tokens, in micro-batches within the limits. */
export function microBatches(config: DecoderConfig, work: readonly Work[], limits: BatchLimits): MicroBatch[] {
  const pieces = work.flatMap((w, group) => cut(config, w, group, limits));
  const order = pieces.toSorted(
    ({ size: a }, { size: b }) =>
      Number(a.P > 0) - Number(b.P > 0) || a.G - b.G || a.P - b.P || a.R - b.R || a.rows - b.rows,
  );
  const batches: MicroBatch[] = [];
  let current: Piece[] = [];
  let size = NOTHING;
  for (const piece of order) {
    const grown = merge(size, piece.size);
    const isSameKind = size.P > 0 === piece.size.P > 0;
    if (current.length > 0 && !(isSameKind && fits(config, grown, limits) && padding(grown) <= MAX_PADDING)) {
      batches.push(join(current));
      current = [];
      size = NOTHING;
    }
    current.push(piece);
    size = merge(size, piece.size);
  }
  if (current.length > 0) batches.push(join(current));
  return batches;
}

/** A group as one piece, or as several with the prompt repeated where it is over the limits. */
function cut(config: DecoderConfig, { prompt, responses }: Work, group: number, limits: BatchLimits): Piece[] {
  const order = responses
    .map(({ tokens }, response) => ({ tokens, response }))
    .filter(({ tokens }) => tokens.length > 0)
    .toSorted((a, b) => a.tokens.length - b.tokens.length);
  const pieces: Piece[] = [];
  let part: Piece['responses'] = [];
  let size = promptSize(prompt);
  const end = () =>
    pieces.push({
      prompt,
      group,
      responses: part,
      size: part.length === 1 ? plainSize(prompt, part[0]!.tokens) : size,
    });
  for (const one of order) {
    const grown = addResponse(size, one.tokens);
    if (part.length > 0 && !fits(config, grown, { ...limits, rows: WHOLE_GROUP * limits.rows })) {
      end();
      part = [];
      size = promptSize(prompt);
    }
    part.push(one);
    size = addResponse(size, one.tokens);
  }
  if (part.length > 0) end();
  return pieces;
}

/** A shared prompt without responses yet. */
function promptSize(prompt: Tokens): Size {
  const P = prompt.length - 1;
  return { groups: 1, G: 0, P, R: 0, rows: P, kept: 0, places: P * P };
}

function addResponse(size: Size, { length }: Tokens): Size {
  return {
    ...size,
    G: size.G + 1,
    R: Math.max(size.R, length),
    rows: size.rows + length,
    kept: size.kept + length,
    places: size.places + length * (size.P + length),
  };
}

function plainSize(prompt: Tokens, tokens: Tokens): Size {
  const R = prompt.length - 1 + tokens.length;
  return { groups: 1, G: 1, P: 0, R, rows: R, kept: tokens.length, places: R * R };
}

function merge(a: Size, b: Size): Size {
  return {
    groups: a.groups + b.groups,
    G: Math.max(a.G, b.G),
    P: Math.max(a.P, b.P),
    R: Math.max(a.R, b.R),
    rows: a.rows + b.rows,
    kept: a.kept + b.kept,
    places: a.places + b.places,
  };
}

function paddedPlaces({ groups, G, P, R }: Size): number {
  return groups * (G * R * (P + R) + P * P);
}

function padding(size: Size): number {
  return paddedPlaces(size) / size.places;
}

function fits(config: DecoderConfig, size: Size, limits: BatchLimits): boolean {
  return size.rows <= limits.rows && estimateBytes(config, size, limits.logitArrays ?? LOGIT_ARRAYS) <= limits.bytes;
}

/** Bytes that training keeps until the backward pass: rows, attention weights, logits. */
function estimateBytes(
  { hidden, ffn, heads, kvHeads, headDim, layers, vocab }: DecoderConfig,
  size: Size,
  logitArrays: number,
): number {
  const rowFloats = 8 * hidden + 5 * ffn + 4 * (heads + 2 * kvHeads) * headDim;
  const scoreFloats = 2 * heads * paddedPlaces(size);
  return 4 * (layers * (size.rows * rowFloats + scoreFloats) + logitArrays * size.kept * vocab);
}

function join(pieces: readonly Piece[]): MicroBatch {
  return {
    groups: pieces.map(({ prompt, responses }) =>
      responses.length === 1
        ? plainGroup(prompt, responses[0]!.tokens)
        : sharedGroup(
            prompt,
            responses.map((r) => r.tokens),
          ),
    ),
    sources: pieces.flatMap(({ group, responses }) => responses.map(({ response }) => ({ group, response }))),
  };
}
