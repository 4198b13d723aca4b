/** Tokenizers of Hugging Face folders (tokenizer.json): text to ids and back, special tokens, chat template. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer as HfTokenizer } from '@huggingface/tokenizers';
import { RaRftError } from '../core/errors.js';
import { once } from '../core/once.js';
import { ChatTemplate, templateFromConfig } from './chat-template.js';
import { readJsonObject } from './config-reader.js';

/** Token ids. */
export type Tokens = Int32Array;

type Json = Record<string, unknown>;

/** What {@link Tokenizer} is made of. */
export interface TokenizerFiles {
  /** tokenizer.json */
  tokenizer: Json;
  /** tokenizer_config.json */
  config?: Json;
  /** chat_template.jinja; goes before the one in the config. */
  chatTemplate?: string;
  /** Where it came from, for errors. */
  source?: string;
}

/** A loaded tokenizer. All methods are synchronous and pure. */
export class Tokenizer {
  private readonly inner: HfTokenizer;
  /** The same without control tokens; made when a text first needs it. */
  private readonly literal: () => HfTokenizer;
  /** Number of ids, added tokens included (a model's table may be larger). */
  readonly vocabSize: number;
  /** The largest id that a text may become. */
  readonly largestId: number;
  /** Special tokens that the configuration names and the vocabulary lacks: key and text. */
  readonly missingSpecials: readonly { key: string; text: string }[];
  /** Id of what the vocabulary has no token for; undefined where everything can be written. */
  readonly unknownId: number | undefined;
  /** Ids that stand for control, not text (`<|im_end|>`). */
  readonly specialIds: ReadonlySet<number>;
  /** Their texts. */
  readonly specialTexts: readonly string[];
  /** What the tokenizer itself puts before a text (a begin token, or nothing). */
  readonly prefixIds: Tokens;
  /** What it puts behind a text (a separator, an end token, or nothing). */
  readonly suffixIds: Tokens;
  readonly bosId: number | undefined;
  readonly eosId: number | undefined;
  /** Undefined for base models without one. */
  readonly chatTemplate: ChatTemplate | undefined;

  constructor(files: TokenizerFiles) {
    const config = files.config ?? {};
    const source = files.source ?? 'tokenizer.json';
    try {
      this.inner = new HfTokenizer(files.tokenizer, config);
    } catch (cause) {
      throw new RaRftError({
        code: 'model',
        message: `the tokenizer cannot be built: ${String(cause)}`,
        where: source,
        expected: 'a tokenizer.json of the tokenizers library',
        cause,
      });
    }
    this.literal = once(() => new HfTokenizer(withoutSpecials(files.tokenizer), config));
    const added = [...this.inner.get_added_tokens_decoder().values()];
    const vocabulary = this.inner.get_vocab(true);
    this.vocabSize = vocabulary.size;
    this.largestId = Math.max(largest(vocabulary.values()), largest(added.map((token) => token.id)));
    const special = added.filter((token) => token.special);
    this.specialIds = new Set(special.map((token) => token.id));
    this.specialTexts = special.map((token) => token.content);
    const [empty, letter] = [this.encode('', { special: true }), this.encode('a', { special: true })];
    this.prefixIds = leadingSpecials(empty, letter);
    // Of an empty text there is nothing but what stands around it.
    this.suffixIds = empty.slice(this.prefixIds.length);
    const named = (key: string) => tokenText(config[key]);
    this.bosId = this.optionalId(named('bos_token'));
    this.eosId = this.optionalId(named('eos_token'));
    this.missingSpecials = ['bos_token', 'eos_token'].flatMap((key) => {
      const text = named(key);
      return text !== undefined && this.tokenId(text) === undefined ? [{ key, text }] : [];
    });
    const model = files.tokenizer['model'] as { unk_token?: unknown; unk_id?: unknown } | undefined;
    this.unknownId =
      typeof model?.unk_id === 'number'
        ? model.unk_id
        : this.optionalId(tokenText(model?.unk_token) ?? named('unk_token'));
    const template = files.chatTemplate ?? templateFromConfig(config['chat_template']);
    if (template !== undefined) {
      const names = ['bos_token', 'eos_token', 'unk_token', 'pad_token'];
      const variables = Object.fromEntries(names.map((name) => [name, named(name) ?? '']));
      this.chatTemplate = new ChatTemplate(template, variables, `${source}: chat_template`);
    }
  }

  /** Loads tokenizer.json, tokenizer_config.json and chat_template.jinja. Throws `model` naming the file that is missing or damaged. */
  static async load(folder: string): Promise<Tokenizer> {
    const source = join(folder, 'tokenizer.json');
    const tokenizer = await readJsonObject(source, true);
    const config = await readJsonObject(join(folder, 'tokenizer_config.json'), false);
    const chatTemplate = await readFile(join(folder, 'chat_template.jinja'), 'utf8').catch(() => undefined);
    return new Tokenizer({
      tokenizer: tokenizer ?? {},
      source,
      ...(config ? { config } : {}),
      ...(chatTemplate === undefined ? {} : { chatTemplate }),
    });
  }

  /** Ids of a text. Special tokens written in the text become their ids; `special` lets the tokenizer add its own around the text. */
  encode(text: string, options: { special?: boolean } = {}): Tokens {
    return Int32Array.from(this.inner.encode(text, { add_special_tokens: options.special ?? false }).ids);
  }

  /**
   * Ids of a text in which nothing is a control token: `<|im_end|>` is cut into the pieces of any other text. A vocabulary that
   * finds a control token even so is given the text letter by letter.
   */
  encodeLiteral(text: string): Tokens {
    const ids = this.literal().encode(text, { add_special_tokens: false }).ids;
    if (!ids.some((id: number) => this.specialIds.has(id))) return Int32Array.from(ids);
    const letters = [...text].flatMap((letter) => this.literal().encode(letter, { add_special_tokens: false }).ids);
    return Int32Array.from(letters);
  }

  /** Text of ids, exactly as written. Special tokens are left out unless `special`, or but for those whose text is in `keep`. */
  decode(tokens: ArrayLike<number>, options: { special?: boolean; keep?: readonly string[] } = {}): string {
    const { special = false, keep = [] } = options;
    const kept = keep.flatMap((text) => this.tokenId(text) ?? []).filter((id) => this.specialIds.has(id));
    if (special || kept.length === 0) return this.decodeAll(Array.from(tokens), special);
    let text = '';
    let from = 0;
    const ids = Array.from(tokens);
    for (const [at, id] of ids.entries()) {
      if (!kept.includes(id)) continue;
      text += this.decodeAll(ids.slice(from, at), false) + (this.tokenText(id) ?? '');
      from = at + 1;
    }
    return text + this.decodeAll(ids.slice(from), false);
  }

  /** Id of a token by its text in the vocabulary (`<|im_end|>`); undefined where there is none. */
  tokenId(token: string): number | undefined {
    return this.inner.token_to_id(token);
  }

  /** The vocabulary's text of an id, for people to read (byte-level tokenizers write a space as `Ġ`). */
  tokenText(id: number): string | undefined {
    return this.inner.id_to_token(id);
  }

  /** Id of a text that must be one token. Throws `config` at `where` otherwise. */
  singleToken(text: string, where: string): number {
    const direct = this.tokenId(text);
    if (direct !== undefined) return direct;
    const ids = this.encode(text);
    if (ids.length === 1) return ids[0]!;
    throw new RaRftError({
      code: 'config',
      message: `${JSON.stringify(text)} is ${ids.length} tokens of this model`,
      where,
      expected: 'texts of exactly one token',
      hint: `It is cut as ${[...ids].map((id) => JSON.stringify(this.tokenText(id))).join(' ')}.`,
    });
  }

  private decodeAll(ids: number[], special: boolean): string {
    if (ids.length === 0) return '';
    return this.inner.decode(ids, { skip_special_tokens: !special, clean_up_tokenization_spaces: false });
  }

  private optionalId(token: string | undefined): number | undefined {
    return token === undefined ? undefined : this.tokenId(token);
  }
}

function largest(ids: Iterable<number>): number {
  let most = -1;
  for (const id of ids) if (id > most) most = id;
  return most;
}

function withoutSpecials(tokenizer: Json): Json {
  const added = tokenizer['added_tokens'];
  if (!Array.isArray(added)) return tokenizer;
  return { ...tokenizer, added_tokens: added.filter((token) => (token as { special?: unknown }).special !== true) };
}

/** What stands before the text whatever the text is: the common beginning of two encodings, one of them empty. */
function leadingSpecials(empty: Tokens, letter: Tokens): Tokens {
  let n = 0;
  while (n < empty.length && empty[n] === letter[n]) n++;
  return empty.slice(0, n);
}

/** Special tokens stand in configs as text or as `{ content }`. */
function tokenText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const content = (value as { content?: unknown } | null | undefined)?.content;
  return typeof content === 'string' ? content : undefined;
}
