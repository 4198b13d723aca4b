/** How texts of one side become token ids: all that must be equal at training, indexing and search. */
import { RaRftError } from '../../core/errors.js';
import type { Tokenizer } from '../../models/tokenizer.js';
import { linesOf, windowsOf } from './chunks.js';
import type { TokenizedTexts, TokenText } from './token-text.js';
import type { Side } from './types.js';

/** How the texts of a side are cut into tokens. Kept in retriever.json and in the header of every index. */
export interface TextForm {
  /** Put before every text; mostly empty. */
  prefix: string;
  /** `text`: the prefix is a part of the text. `token`: its tokens stand behind the first special token, as in PyLate. */
  prefixAs: 'text' | 'token';
  /** Longer texts become chunks of this length, or are cut; prefix and special tokens are among them, in every chunk. */
  maxTokens: number;
  /** Most chunks of a document, each encoded by itself; what is beyond is cut, and counted. Left out: 1. Questions are always one. */
  chunks?: number;
  /** Whether the tokenizer's own special tokens stand around every text, which is then trimmed (as sentence-transformers does). */
  special: boolean;
  /** Whether the tokenizer's end token stands behind every text, also one that was cut: where decoders pool by the last token. */
  end?: true;
  /** Fills every text up to `maxTokens` with this token (ColBERT's query expansion by [MASK]); null does not. */
  expand: { token: string; attended: boolean } | null;
  /** Tokens, by their text in the vocabulary, whose vectors are left out (ColBERT: punctuation in documents). */
  skip: readonly string[];
}

/** A form without anything but a length. */
export const PLAIN_FORM: Omit<TextForm, 'maxTokens'> = {
  prefix: '',
  prefixAs: 'text',
  special: false,
  expand: null,
  skip: [],
};

/** The forms of both sides. */
export type TextForms = Readonly<Record<Side, TextForm>>;

/** Texts of a side to token ids. */
export type TokenizeTexts = (texts: readonly string[], side: Side) => TokenizedTexts;

/** What is needed of a tokenizer. */
export type FormTokenizer = Pick<Tokenizer, 'encode' | 'prefixIds' | 'suffixIds' | 'tokenId'> &
  Partial<Pick<Tokenizer, 'eosId'>>;

/** Cuts texts into tokens as `forms` say. Throws `model` where the vocabulary lacks a token that a form names. */
export function tokenizeBy(tokenizer: FormTokenizer, { query, document }: TextForms): TokenizeTexts {
  const tokenize = {
    query: formTokenizer(tokenizer, { ...query, chunks: 1 }),
    document: formTokenizer(tokenizer, document),
  };
  return (texts, side) => {
    const tokenized = texts.map((text) => tokenize[side](text));
    return {
      texts: tokenized.map(({ chunks }) => chunks),
      cut: [...tokenized.keys()].filter((i) => tokenized[i]!.isCut),
    };
  };
}

interface TextChunks {
  chunks: TokenText[];
  isCut: boolean;
}

function formTokenizer(tokenizer: FormTokenizer, form: TextForm): (text: string) => TextChunks {
  const { prefix, prefixAs, maxTokens, special, end, expand, skip, chunks: most = 1 } = form;
  const skipped = new Set(skip.map((token) => tokenizer.tokenId(token)));
  const none = new Int32Array(0);
  const lead = special ? tokenizer.prefixIds : none;
  const marker = prefixAs === 'token' && prefix !== '' ? markerOf(tokenizer, prefix) : none;
  const closing = special ? tokenizer.suffixIds : none;
  const tail = end ? withEnd(closing, tokenizer) : closing;
  const room = Math.max(0, maxTokens - lead.length - marker.length - tail.length);
  const filler = expand && idOf(tokenizer, expand.token);
  const said = prefixAs === 'text' ? prefix : '';
  const around = (body: Iterable<number>): TokenText => {
    const own = [...lead, ...marker, ...body, ...tail];
    const fill = filler === null ? 0 : Math.max(0, maxTokens - own.length);
    const ids = Int32Array.from({ length: own.length + fill }, (_, i) => own[i] ?? filler ?? 0);
    return {
      ids,
      ...(fill > 0 && !expand?.attended && { attended: Uint8Array.from(ids, (_, i) => (i < own.length ? 1 : 0)) }),
      ...(skipped.size > 0 && { kept: Uint8Array.from(ids, (id) => (skipped.has(id) ? 0 : 1)) }),
    };
  };
  const trimmed = (text: string) => (special ? text.trim() : text);
  /** Every chunk begins with the prefix, as every text does. */
  const inChunks = (text: string): TextChunks | undefined => {
    const before = said === '' ? none : tokenizer.encode(said.trimEnd());
    if (most === 1 || before.length >= room) return undefined;
    const { ids, lineStarts } = encodeLines(tokenizer, trimmed(text));
    const { windows, isCut } = windowsOf(ids.length, { room: room - before.length, most, lineStarts });
    return { chunks: windows.map(([from, to]) => around([...before, ...ids.slice(from, to)])), isCut };
  };
  return (text) => {
    const body = tokenizer.encode(trimmed(said + text));
    const isLong = body.length > room;
    return (isLong && inChunks(text)) || { chunks: [around(body.subarray(0, room))], isCut: isLong };
  };
}

/** Tokens of a text that is encoded line by line, so that it is known where its lines begin. */
function encodeLines(tokenizer: FormTokenizer, text: string): { ids: number[]; lineStarts: number[] } {
  const ids: number[] = [];
  const lineStarts: number[] = [];
  for (const line of linesOf(text)) {
    lineStarts.push(ids.length);
    for (const id of tokenizer.encode(line)) ids.push(id);
  }
  return { ids, lineStarts };
}

/** With the end token behind it, where the tokenizer does not put it there itself. */
function withEnd(closing: Int32Array, { eosId }: FormTokenizer): Int32Array {
  if (eosId === undefined) {
    throw new RaRftError({
      code: 'model',
      message: 'the tokenizer has no end token to put behind texts',
      where: 'tokenizer_config.json: eos_token',
      expected: 'a token of the vocabulary',
      hint: 'Pool by the mean (pooling: mean) instead, which needs none.',
    });
  }
  return closing.at(-1) === eosId ? closing : Int32Array.of(...closing, eosId);
}

/** A token of the vocabulary by its own text, else the tokens of that text. */
function markerOf(tokenizer: FormTokenizer, prefix: string): Int32Array {
  const id = tokenizer.tokenId(prefix);
  return id === undefined ? tokenizer.encode(prefix) : Int32Array.of(id);
}

function idOf(tokenizer: FormTokenizer, token: string): number {
  const id = tokenizer.tokenId(token);
  if (id !== undefined) return id;
  throw new RaRftError({
    code: 'model',
    message: `the vocabulary has no token ${JSON.stringify(token)} to expand queries with`,
    where: 'tokenizer.json',
    expected: 'the tokenizer that the encoder was trained with',
  });
}
