/** What one part of the retriever's benchmark does, by ours and by PyLate alike. */
import { Rng } from '../../src/core/rng.js';

/** A BERT of this shape with a projection: late interaction. */
export interface EncoderShape {
  vocab: number;
  hidden: number;
  layers: number;
  heads: number;
  ffn: number;
  maxTokens: number;
  dim: number;
}

/** Steps of one kind. */
export interface RetrieverWork {
  /** The measures of the part end in this. */
  name: string;
  /** `train`: forward, MaxSim, InfoNCE with in-batch negatives, backward, AdamW. `encode`: texts to vectors. */
  kind: 'train' | 'encode';
  shape: EncoderShape;
  threads: number;
  /** Token ids of the queries, and of their positives: of every step the same. Encoding takes the documents alone. */
  queries: number[][];
  documents: number[][];
  temperature: number;
  /** Steps: one that warms up and the timed ones. */
  steps: number;
}

/** Seconds of one step. */
export interface EncoderSeconds {
  whole: number;
  /** Largest resident memory of the process so far, in gigabytes. */
  peakGb: number;
}

const MINILM: EncoderShape = {
  vocab: 30_522,
  hidden: 384,
  layers: 6,
  heads: 12,
  ffn: 1536,
  maxTokens: 512,
  dim: 128,
};

const PARTS = [
  { name: 'train-minilm', kind: 'train', pairs: 32, query: 64, document: 192 },
  { name: 'train-minilm-long', kind: 'train', pairs: 8, query: 256, document: 512 },
  { name: 'encode-minilm', kind: 'encode', pairs: 64, query: 0, document: 192 },
] as const;

export const partNames = (): readonly string[] => PARTS.map(({ name }) => name);

/** What is to be measured. */
export function worksOf(options: { only: readonly string[]; smoke: boolean; threads: number }): RetrieverWork[] {
  const { only, smoke, threads } = options;
  return PARTS.filter(({ name }) => only.length === 0 || only.includes(name)).map((part) => {
    const shape = smoke ? { ...MINILM, vocab: 512, layers: 1, hidden: 48, ffn: 96 } : MINILM;
    const count = smoke ? 3 : part.pairs;
    const rng = Rng.fromSeed(part.name);
    // Texts of unequal lengths, as real ones are: from half of the longest.
    const texts = (longest: number) =>
      Array.from({ length: count }, () => {
        const most = smoke ? longest >> 4 : longest;
        const length = (most >> 1) + rng.int((most >> 1) + 1);
        return Array.from({ length }, () => (1000 % shape.vocab) + rng.int(shape.vocab - (1000 % shape.vocab)));
      });
    return {
      name: part.name.replaceAll('-', '_'),
      kind: part.kind,
      shape,
      threads,
      queries: part.kind === 'train' ? texts(part.query) : [],
      documents: texts(part.document),
      temperature: 0.05,
      steps: 1 + (smoke ? 1 : 5),
    };
  });
}
