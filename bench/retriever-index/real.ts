/** Token vectors of real texts (token_vectors.py), repeated with noise up to the size that is asked for. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Rng } from '../../src/core/rng.js';
import { sliceTexts, type TokenVectors } from '../../src/retriever/encode/token-vectors.js';
import type { IndexDocument } from '../../src/retriever/index.js';
import { normalise, type Texts, type TextsSize } from './synthetic.js';

const script = fileURLToPath(new URL('./token_vectors.py', import.meta.url));
export const MATH = fileURLToPath(new URL('../../../shared/data/math/math-train.jsonl', import.meta.url));
/** Texts that are encoded: that takes minutes. */
const ENCODED = 2000;
/** Length of the noise of a repeated token against the token. */
const NOISE = 0.5;

/** Encodes into `folder` what is not there yet. */
export function realTexts(size: TextsSize, folder: string, python: string): RealTexts {
  if (!existsSync(join(folder, 'query-lengths.i32'))) {
    const { status } = spawnSync(python, [script, MATH, folder, String(ENCODED), String(size.dim)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (status !== 0) throw new Error(`token_vectors.py ended with code ${status}`);
  }
  return new RealTexts(size, folder);
}

export class RealTexts implements Texts {
  readonly size: TextsSize;
  private readonly originals: TokenVectors;
  private readonly questions: TokenVectors;

  constructor(size: TextsSize, folder: string) {
    this.size = size;
    const read = (vectors: string, lengths: string): TokenVectors => ({
      dim: size.dim,
      lengths: new Int32Array(new Uint8Array(readFileSync(join(folder, lengths))).buffer),
      vectors: new Float32Array(new Uint8Array(readFileSync(join(folder, vectors))).buffer),
    });
    this.originals = read('documents.f32', 'lengths.i32');
    this.questions = read('queries.f32', 'query-lengths.i32');
  }

  documents(from: number, to: number): IndexDocument[] {
    const { originals } = this;
    return Array.from({ length: to - from }, (_, at) => {
      const i = (from + at) % originals.lengths.length;
      const chunks = sliceTexts(originals, i, i + 1);
      return { id: `d${from + at}`, chunks: from + at === i ? chunks : noisy(chunks, from + at) };
    });
  }

  /** As many tokens as the questions have. */
  queries(count: number): TokenVectors[] {
    return Array.from({ length: count }, (_, q) => sliceTexts(this.questions, q, q + 1));
  }
}

function noisy({ dim, lengths, vectors }: TokenVectors, copy: number): TokenVectors {
  const rng = Rng.fromSeed(`copy ${copy}`);
  const out = vectors.map((value) => value + (NOISE * rng.normal()) / Math.sqrt(dim));
  for (let at = 0; at < out.length; at += dim) normalise(out.subarray(at, at + dim));
  return { dim, lengths, vectors: out };
}
