/** The schema as a plain list of keys: what help, docs, the commented file and error messages are made from. */
import { z } from 'zod';
import { configSchema } from './schema.js';

/** A key of the configuration. */
export interface KeyFacts {
  /** Dotted path; items of a list are written `arms[].name`, entries of a map by their kind: `retrievers.{bm25}.k1`. */
  path: string;
  description: string;
  unit: string | undefined;
  /** `section` holds keys; `list` holds sections. */
  kind: 'section' | 'list' | 'value';
  /** What is allowed, in words: `integer >= 1`, `none | learned`, `text or null`. */
  allowed: string;
  default: unknown;
  /** The key whose value it takes where it is left out. */
  inherits: string | undefined;
  /** Whether the value is a path, resolved against the file that names it. */
  file: boolean;
  /** Values that match are names, not paths. */
  notFile: RegExp | undefined;
  /** Whether a map replaces that of an earlier source as a whole, in place of being merged with it. */
  whole: boolean;
  /** Whether errors must not repeat a wrong value: somebody may have put a secret there. */
  hidden: boolean;
  /** Whether a text is a right value, so that `--set name=12` means the text. */
  takesText: boolean;
}

interface SchemaNode {
  type?: string | string[];
  description?: string;
  unit?: string;
  inherits?: string;
  file?: boolean;
  notFile?: string;
  whole?: boolean;
  hidden?: boolean;
  default?: unknown;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  pattern?: string;
  minItems?: number;
  anyOf?: SchemaNode[];
  items?: SchemaNode;
  properties?: Record<string, SchemaNode>;
  /** Of a map: what its entries are. */
  additionalProperties?: SchemaNode | boolean;
  oneOf?: SchemaNode[];
  const?: string;
}

let cached: readonly KeyFacts[] | undefined;

/** Every key in the order of the schema, sections before their keys. */
export function configKeys(): readonly KeyFacts[] {
  cached ??= walk(z.toJSONSchema(configSchema, { io: 'input' }) as SchemaNode, '');
  return cached;
}

/** The key at a dotted path (list indices as numbers, entries of a map by name), or undefined. */
export function findKey(path: string): KeyFacts | undefined {
  return configKeys().find((key) => fits(key.path, path));
}

/** Names allowed directly under a section ('' for the top); in an entry of a map, those of its kind where that is known. */
export function keysUnder(path: string, kind?: string): string[] {
  const names = configKeys().flatMap((key) => {
    const at = key.path.lastIndexOf('.');
    const [parent, name] = at < 0 ? ['', key.path] : [key.path.slice(0, at), key.path.slice(at + 1)];
    if (!fits(parent, path) || name.startsWith('{')) return [];
    return kind !== undefined && parent.endsWith('}') && !parent.endsWith(`{${kind}}`) ? [] : [name];
  });
  return [...new Set(names)];
}

/** Whether a path is one that the path of a key stands for. */
function fits(pattern: string, path: string): boolean {
  const names = path.replace(/\.\d+(?=\.|$)/g, '[]').split('.');
  const parts = pattern.split('.');
  return names.length === parts.length && parts.every((part, i) => part === names[i] || part.startsWith('{'));
}

function walk(node: SchemaNode, path: string): KeyFacts[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const childPath = path === '' ? name : `${path}.${name}`;
    const facts = keyFacts(childPath, child);
    if (facts.kind === 'section') return [facts, ...walk(child, childPath)];
    return facts.kind === 'list'
      ? [facts, ...walk(child.items ?? {}, `${childPath}[]`)]
      : [facts, ...entries(child, childPath)];
  });
}

/** The kinds of entries of a map, each as a section. */
function entries({ additionalProperties: entry }: SchemaNode, path: string): KeyFacts[] {
  const kinds = typeof entry === 'object' ? (entry.oneOf ?? []) : [];
  return kinds.flatMap((kind) => {
    const at = `${path}.{${kind.properties?.['kind']?.const ?? ''}}`;
    return [keyFacts(at, kind), ...walk(kind, at)];
  });
}

function keyFacts(path: string, node: SchemaNode): KeyFacts {
  const kind = node.properties ? 'section' : node.items?.properties ? 'list' : 'value';
  return {
    path,
    kind,
    description: node.description ?? '',
    unit: node.unit,
    allowed: allowedText(node),
    default: node.default,
    inherits: node.inherits,
    file: node.file === true,
    notFile: node.notFile === undefined ? undefined : new RegExp(node.notFile),
    whole: node.whole === true,
    hidden: node.hidden === true,
    takesText: takesText(node),
  };
}

function allowedText(node: SchemaNode): string {
  if (node.anyOf) return node.anyOf.map(allowedText).join(' or ');
  if (Array.isArray(node.type)) return node.type.map((type) => allowedText({ ...node, type })).join(' or ');
  if (node.enum) return node.enum.join(' | ');
  if (node.const !== undefined) return node.const;
  if (typeof node.additionalProperties === 'object') {
    const { oneOf, properties } = node.additionalProperties;
    return oneOf || properties ? 'sections by name' : `${allowedText(node.additionalProperties)}, by name`;
  }
  switch (node.type) {
    case 'integer':
    case 'number':
      return rangeText(node);
    case 'boolean':
      return 'true | false';
    case 'string':
      return node.pattern === undefined ? 'text' : `text matching ${node.pattern}`;
    case 'array':
      return node.items?.properties ? 'list of sections' : `list of ${allowedText(node.items ?? {})}`;
    case 'null':
      return 'null';
    default:
      return node.properties ? 'section' : 'value';
  }
}

function rangeText(node: SchemaNode): string {
  const word = node.type === 'integer' ? 'integer' : 'number';
  const limits: string[] = [];
  if (node.minimum !== undefined) limits.push(`>= ${node.minimum}`);
  if (node.exclusiveMinimum !== undefined) limits.push(`> ${node.exclusiveMinimum}`);
  if (node.maximum !== undefined && node.maximum < Number.MAX_SAFE_INTEGER) limits.push(`<= ${node.maximum}`);
  if (node.exclusiveMaximum !== undefined) limits.push(`< ${node.exclusiveMaximum}`);
  return [word, limits.join(' and ')].join(' ').trim();
}

function takesText(node: SchemaNode): boolean {
  return [node.type].flat().includes('string') || node.enum !== undefined || (node.anyOf ?? []).some(takesText);
}
