/** The records of a JSON document as bytes, one by one, so that a file of any size needs the memory of one record. */
import type { RawLine } from '../core/lines.js';
import { WRAPPERS, type Placing } from './file-form.js';

/** Ends a document that is cut off, or goes on after its end; `line` is where. */
export class BrokenDocument extends Error {
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

const OTHER_LIST = new RegExp(`^(?:${WRAPPERS})$`);
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const NEWLINE = 0x0a;

/**
 * Streams the records with the line on which each begins; one of more than `maxBytes` is counted, not held. Does not check
 * what is inside of a record. Throws {@link BrokenDocument}.
 */
export async function* jsonElements(
  chunks: AsyncIterable<Buffer>,
  placing: Placing,
  maxBytes: number,
): AsyncGenerator<RawLine> {
  /** Depth at which records begin. */
  const base = { sequence: 0, list: 1, wrapped: 2 }[placing.shape];
  const wrapper = placing.shape === 'wrapped' ? placing.wrapper : undefined;
  let depth = 0;
  let line = 1;
  let inString = false;
  let escaped = false;
  /** Last text at depth 1: the key of what follows. */
  let key: number[] = [];
  let state: 'before' | 'in' | 'after' = base === 0 ? 'in' : 'before';
  let parts: Buffer[] = [];
  let length = 0;
  /** Line of the record under way; 0 where none is. */
  let began = 0;

  const finish = (): RawLine => {
    const found: RawLine =
      length > maxBytes ? { line: began, tooLong: length } : { line: began, bytes: Buffer.concat(parts) };
    parts = [];
    length = began = 0;
    return found;
  };

  for await (const chunk of chunks) {
    let from = began > 0 ? 0 : -1;
    const cut = (to: number) => {
      if (from >= 0 && to > from) {
        length += to - from;
        if (length > maxBytes) parts = [];
        else parts.push(chunk.subarray(from, to));
      }
      from = -1;
    };
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (byte === NEWLINE) line++;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
        else if (wrapper !== undefined && depth === 1) key.push(byte);
        continue;
      }
      if (byte <= 0x20) continue;
      const opens = byte === 0x7b || byte === 0x5b;
      const closes = byte === 0x7d || byte === 0x5d;
      if (state === 'after' && (wrapper === undefined || depth === 0)) {
        throw new BrokenDocument('more text after the end of the list', line);
      }
      if (state === 'in' && depth === base && began === 0 && !closes && byte !== COMMA) {
        if (byte !== 0xef && byte !== 0xbb && byte !== 0xbf) {
          began = line;
          from = at;
        }
      }
      if (byte === QUOTE) {
        inString = true;
        key = [];
        continue;
      }
      if (opens) {
        if (state === 'after' && byte === 0x5b && depth === 1 && OTHER_LIST.test(Buffer.from(key).toString())) {
          const message = `more than one list of records: ${wrapper} and ${Buffer.from(key).toString()}`;
          throw new BrokenDocument(message, line);
        }
        const isList = byte === 0x5b && depth === base - 1;
        if (isList && state === 'before' && (wrapper === undefined || Buffer.from(key).toString() === wrapper))
          state = 'in';
        depth++;
      } else if (closes) {
        depth--;
        if (state === 'in' && depth === base - 1) {
          if (began > 0) {
            cut(at);
            yield finish();
          }
          state = 'after';
        } else if (base === 0 && depth <= 0 && began > 0) {
          depth = 0;
          cut(at + 1);
          yield finish();
        }
      } else if (byte === COMMA && state === 'in' && depth === base && began > 0) {
        cut(at);
        yield finish();
      }
    }
    cut(chunk.length);
  }
  if (began > 0) yield finish();
  if (base > 0 && state !== 'after') throw new BrokenDocument('the list is not closed: the file is cut off', line);
}
