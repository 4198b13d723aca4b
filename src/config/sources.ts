/** Where values come from: a preset, a YAML file, --set. Each knows how to say where one of its keys stands. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isMap, isPair, isSeq, LineCounter, parse, parseDocument, visit, type Document, type Node } from 'yaml';
import { errorFacts, RaRftError } from '../core/errors.js';
import { findKey } from './describe.js';
import { presetValues } from './presets.js';

export type Values = Record<string, unknown>;

/** One layer of a configuration. */
export interface Source {
  values: Values;
  /** Folder against which the paths of this layer are meant. */
  folder: string;
  /** Where a key of this layer stands, for errors; undefined where this layer does not have it. */
  locate(path: readonly PropertyKey[]): string | undefined;
}

export function presetSource(name: string): Source {
  const values = presetValues(name) as Values;
  const where = `preset ${name}`;
  return { values, folder: process.cwd(), locate: (path) => (hasPath(values, path) ? where : undefined) };
}

/** Reads a YAML file. Throws `config` with file and line where it is missing or not YAML. */
export function fileSource(file: string): Source {
  const text = readConfigText(file);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const notYaml = (error: unknown, offset: number) =>
    new RaRftError({
      code: 'config',
      message: `not valid YAML: ${errorFacts(error).message.split('\n')[0] ?? ''}`,
      where: `${file}:${lines.linePos(offset).line}`,
      cause: error,
    });
  const error = document.errors[0];
  if (error) throw notYaml(error, error.pos[0]);
  const values = plainValues(document, notYaml);
  if (!isSection(values)) {
    throw new RaRftError({
      code: 'config',
      message: 'the file holds no sections',
      where: `${file}:1`,
      expected: 'lines like `seed: 1`; `ra-rft init` writes a commented file',
    });
  }
  return {
    values,
    folder: dirname(resolve(file)),
    locate(path) {
      if (!hasPath(values, path)) return undefined;
      const offset = offsetOf(document, path);
      return offset === undefined ? file : `${file}:${lines.linePos(offset).line}`;
    },
  };
}

/** The values of a document. Throws `refused` where an alias names no anchor, or stands for too much. */
function plainValues(document: Document, refused: (error: unknown, offset: number) => RaRftError): unknown {
  try {
    return (document.toJS() ?? {}) as unknown;
  } catch (error) {
    let offset = 0;
    visit(document, {
      Alias(_key, alias) {
        if (alias.resolve(document) !== undefined) return undefined;
        offset = alias.range?.[0] ?? 0;
        return visit.BREAK;
      },
    });
    throw refused(error, offset);
  }
}

/** `key=value` of the command line; the value is read as YAML, or as text where the key takes text. */
export function setSource(assignments: readonly string[]): Source {
  const values: Values = {};
  const given = new Map<string, string>();
  for (const text of assignments) {
    const at = text.indexOf('=');
    if (at <= 0) {
      throw new RaRftError({
        code: 'usage',
        message: `--set ${text} has no value`,
        where: '--set',
        expected: '--set key=value, as in --set rl.steps=20',
      });
    }
    const path = text.slice(0, at).trim();
    setPath(values, path.split('.'), readValue(path, text.slice(at + 1)));
    given.set(path, findKey(path)?.hidden === true ? `--set ${path}` : `--set ${text}`);
  }
  return {
    values,
    folder: process.cwd(),
    locate(path) {
      if (!hasPath(values, path)) return undefined;
      for (let n = path.length; n > 0; n--) {
        const found = given.get(path.slice(0, n).join('.'));
        if (found !== undefined) return found;
      }
      return '--set';
    },
  };
}

function readConfigText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new RaRftError({
      code: 'config',
      message: `cannot read the configuration file (${(cause as NodeJS.ErrnoException).code ?? String(cause)})`,
      where: file,
      hint: 'Check the path of --config; `ra-rft init` writes a commented file.',
      cause,
    });
  }
}

/** A text key takes the text as it stands; quotes make YAML of it, with its escapes. */
function readValue(path: string, text: string): unknown {
  const plainText = findKey(path)?.takesText === true && !/^\s*["']/.test(text) && text.trim() !== 'null';
  if (plainText) return text;
  try {
    return parse(text) as unknown;
  } catch (cause) {
    throw new RaRftError({ code: 'config', message: `not a YAML value: ${text}`, where: `--set ${path}`, cause });
  }
}

function setPath(values: Values, path: readonly string[], value: unknown): void {
  let at = values;
  for (const name of path.slice(0, -1)) {
    const next = Object.hasOwn(at, name) ? at[name] : undefined;
    const section = isSection(next) ? next : {};
    define(at, name, section);
    at = section;
  }
  define(at, path.at(-1)!, value);
}

/** Plain assignment would let a key named `__proto__` disappear instead of being refused. */
function define(target: Values, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}

function hasPath(values: unknown, path: readonly PropertyKey[]): boolean {
  let at: unknown = values;
  for (const name of path) {
    if (at === null || typeof at !== 'object' || !Object.hasOwn(at, name)) return false;
    at = (at as Record<PropertyKey, unknown>)[name];
  }
  return true;
}

/** Offset of a key in the text: that of the key itself, or of a list's item. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const name of path) {
    if (isMap(node)) {
      const pair: unknown = node.items.find((item) => isPair(item) && String(item.key) === String(name));
      if (!isPair(pair)) return offset;
      offset = (pair.key as Node | null)?.range?.[0];
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(name)];
      offset = (node as Node | undefined)?.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
}

export function isSection(value: unknown): value is Values {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
