/** The schema as a plain list of keys: what help, docs, the commented file and error messages are made from. */
import { z } from 'zod';
import { configSchema } from './schema.js';

/** A key of the configuration. */
export interface KeyFacts {
  /** Dotted path; items of a list are written `arms[].name`. */
  path: string;
  description: string;
  unit: string | undefined;
  /** `section` holds keys; `list` holds sections. */
  kind: 'section' | 'list' | 'value';
  /** What is allowed, in words: `integer >= 1`, `none | learned`, `text or null`. */
  allowed: string;
  default: unknown;
  /** Whether the value is a path, resolved against the file that names it. */
  file: boolean;
  /** Values that match are names, not paths. */
  notFile: RegExp | undefined;
  /** Whether errors must not repeat a wrong value: somebody may have put a secret there. */
  hidden: boolean;
  /** Whether a text is a right value, so that `--set name=12` means the text. */
  takesText: boolean;
}

interface SchemaNode {
  type?: string | string[];
  description?: string;
  unit?: string;
  file?: boolean;
  notFile?: string;
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
}

let cached: readonly KeyFacts[] | undefined;

/** Every key in the order of the schema, sections before their keys. */
export function configKeys(): readonly KeyFacts[] {
  cached ??= walk(z.toJSONSchema(configSchema, { io: 'input' }) as SchemaNode, '');
  return cached;
}

/** The key at a dotted path (list indices as numbers), or undefined. */
export function findKey(path: string): KeyFacts | undefined {
  const pattern = path.replace(/\.\d+(?=\.|$)/g, '[]');
  return configKeys().find((key) => key.path === pattern);
}

/** Names allowed directly under a section ('' for the top). */
export function keysUnder(path: string): string[] {
  const pattern = path.replace(/\.\d+(?=\.|$)/g, '[]');
  const prefix = pattern === '' ? '' : `${pattern}.`;
  return configKeys()
    .filter((key) => key.path.startsWith(prefix))
    .map((key) => key.path.slice(prefix.length))
    .filter((name) => !name.includes('.') && !name.includes('['));
}

function walk(node: SchemaNode, path: string): KeyFacts[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const childPath = path === '' ? name : `${path}.${name}`;
    const facts = keyFacts(childPath, child);
    if (facts.kind === 'section') return [facts, ...walk(child, childPath)];
    return facts.kind === 'list' ? [facts, ...walk(child.items ?? {}, `${childPath}[]`)] : [facts];
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
    file: node.file === true,
    notFile: node.notFile === undefined ? undefined : new RegExp(node.notFile),
    hidden: node.hidden === true,
    takesText: takesText(node),
  };
}

function allowedText(node: SchemaNode): string {
  if (node.anyOf) return node.anyOf.map(allowedText).join(' or ');
  if (Array.isArray(node.type)) return node.type.map((type) => allowedText({ ...node, type })).join(' or ');
  if (node.enum) return node.enum.join(' | ');
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
