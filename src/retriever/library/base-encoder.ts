/** What a training begins with: an encoder of its own words, one above the token embeddings of a model, or one that was trained before. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RaRftError } from '../../core/errors.js';
import { writeJsonAtomic } from '../../core/files.js';
import { exists } from '../../core/missing.js';
import { Rng } from '../../core/rng.js';
import { checkSmallConfig, freshSmallParams } from '../../models/encoders/small-config.js';
import { Tokenizer } from '../../models/tokenizer.js';
import { createEncoder } from '../encode/create.js';
import type { EncoderInMemory } from '../encode/open.js';
import { readRetriever } from '../encode/retriever-folder.js';
import { encoderShapeOf, specOf, type EncoderSettings } from '../from-config.js';
import { wordTokenizer } from './word-tokenizer.js';

export interface BaseEncoder extends EncoderInMemory {
  /** Folder with the tokenizer's files. */
  tokenizerFolder: string;
}

/** Width of word embeddings that begin at random. */
const WORD_WIDTH = 64;

/** Settings that say what an encoder is; one that is there already has them. */
const ofShape: readonly (keyof EncoderSettings)[] = [
  'head',
  'dim',
  'hidden',
  'convWidth',
  'layers',
  'transformerLayers',
  'heads',
  'trainEmbeddings',
  'document',
  'query',
  'queryPrefix',
  'documentPrefix',
  'scoring',
  'maxQueryTokens',
  'maxDocumentTokens',
  'chunks',
];

export interface BaseOptions {
  /** `small`, or a folder. */
  encoder: string;
  settings: EncoderSettings;
  /** Keys of `settings` that the caller gave. */
  given: readonly string[];
  /** What a vocabulary is made of, where one is made. */
  texts: Iterable<string>;
  seed: number;
  /** A folder for files that are made. */
  scratch: string;
}

/** Throws `usage` where a folder holds neither encoder nor model, and at settings that an encoder has already; `model` at damaged files. */
export async function baseEncoder({
  encoder,
  settings,
  given,
  texts,
  seed,
  scratch,
}: BaseOptions): Promise<BaseEncoder> {
  const shape = encoderShapeOf(settings);
  if (encoder === 'small') {
    const tokenizerFolder = join(scratch, 'words');
    const files = wordTokenizer(texts);
    await mkdir(tokenizerFolder, { recursive: true });
    await writeJsonAtomic(join(tokenizerFolder, 'tokenizer.json'), files.tokenizer);
    await writeJsonAtomic(join(tokenizerFolder, 'tokenizer_config.json'), files.config);
    const tokenizer = new Tokenizer(files);
    // Embeddings that begin at random are trained: nobody else has.
    const [vocab, embeddingDim] = [tokenizer.vocabSize, WORD_WIDTH];
    const config = checkSmallConfig({ ...shape, kind: 'small', vocab, embeddingDim, trainEmbeddings: true });
    const rng = Rng.fromSeed(seed).fork('encoder');
    const words = rng.fork('words');
    const table = Float32Array.from({ length: vocab * embeddingDim }, () => words.normal() / Math.sqrt(embeddingDim));
    return {
      encoder: { config, params: freshSmallParams(config, table, rng) },
      spec: specOf(settings),
      tokenizer,
      tokenizerFolder,
    };
  }
  if (await exists(join(encoder, 'retriever.json'))) {
    const twice = ofShape.find((key) => given.includes(key));
    if (twice !== undefined) {
      throw new RaRftError({
        code: 'usage',
        message: `${twice} is given, and ${encoder} is an encoder that has it already`,
        where: `settings.${twice}`,
        expected: 'settings of the training alone',
      });
    }
    const { encoder: checkpoint, header } = await readRetriever(encoder);
    const tokenizer = await Tokenizer.load(encoder);
    return { encoder: checkpoint, spec: header.spec, tokenizer, tokenizerFolder: encoder };
  }
  if (!(await exists(join(encoder, 'tokenizer.json')))) {
    throw new RaRftError({
      code: 'usage',
      message: `${encoder} holds neither an encoder nor a model`,
      where: 'encoder',
      expected:
        "'small', a retriever folder, or a model folder in Hugging Face layout whose token embeddings are built upon",
    });
  }
  const checkpoint = await createEncoder(encoder, shape, seed);
  return {
    encoder: checkpoint,
    spec: specOf(settings),
    tokenizer: await Tokenizer.load(encoder),
    tokenizerFolder: encoder,
  };
}
