/** Verdicts out of replies: strict where the server keeps to the schema, tolerant of everything else, never guessing. */

import type { Said } from '../llm/index.js';
import { beginsWithJson, jsonObjects, type Json, type JsonFound } from './reply-json.js';

/** What one reply says about one reference. */
export interface Verdict {
  relevant: boolean;
  justification: string;
}

const verdictSchema = { type: 'string', enum: ['yes', 'no'] };
const text = { type: 'string' };

/** JSON schema of a reply about one reference. Justification first: it is to be thought before the verdict is said. */
export const pairSchema = {
  type: 'object',
  properties: { justification: text, verdict: verdictSchema },
  required: ['justification', 'verdict'],
  additionalProperties: false,
};

/** JSON schema of a reply about `count` references: no fewer, since small models like to stop after two. */
export function listSchema(count: number): Record<string, unknown> {
  return {
    type: 'object',
    properties: {
      judgements: {
        type: 'array',
        minItems: count,
        maxItems: count,
        items: {
          type: 'object',
          properties: { reference: { type: 'integer' }, justification: text, verdict: verdictSchema },
          required: ['reference', 'justification', 'verdict'],
          additionalProperties: false,
        },
      },
    },
    required: ['judgements'],
    additionalProperties: false,
  };
}

/**
 * The verdict of a reply about one reference: from its JSON, else from a line like `Verdict: yes`, else from a reply that
 * begins or ends with the bare word. Undefined where it says neither, or both in any of these ways, and where it was cut off
 * before its JSON was whole: prose may be thinking then.
 */
export function readVerdict(said: Said): Verdict | undefined {
  if (said.cut && !beginsWithJson(said.text)) return undefined;
  const { objects, rest } = jsonObjects(said.text);
  const found = objects.flatMap((object) => judgementsOf(object.value).flatMap((item) => verdictOf(item) ?? []));
  if (found.length === 0 && /\{\s*["']/.test(rest)) return undefined; // JSON that cannot be read is no prose
  const sides = new Set([
    ...found.map(({ relevant }) => relevant),
    ...objects.flatMap(sidesOfKeys),
    ...sidesOfProse(rest, found.length > 0 ? 'after JSON' : 'alone'),
  ]);
  const [relevant] = sides;
  if (relevant === undefined || sides.size > 1) return undefined;
  return found[0] ?? { relevant, justification: said.text };
}

/** Verdicts by number (from 1 to `count`) of a reply about several references. What is missing or said twice differently is left out. */
export function readVerdicts(said: Said, count: number): Map<number, Verdict> {
  if (said.cut && !beginsWithJson(said.text)) return new Map();
  const found = new Map<number, Verdict | undefined>();
  for (const item of jsonObjects(said.text).objects.flatMap(({ value }) => judgementsOf(value))) {
    const number = Number(item['reference'] ?? item['number'] ?? item['candidate']);
    const verdict = verdictOf(item);
    if (!verdict || !Number.isInteger(number) || number < 1 || number > count) continue;
    const other = found.get(number);
    const contradicts = found.has(number) && other?.relevant !== verdict.relevant;
    found.set(number, contradicts ? undefined : (other ?? verdict));
  }
  return new Map([...found].flatMap(([number, verdict]) => (verdict ? [[number, verdict] as const] : [])));
}

/** The list in whatever it is wrapped; an object that is itself a judgement is a list of one. */
function judgementsOf(value: Json): Json[] {
  const list = value['judgements'] ?? value['judgments'] ?? value['items'];
  if (Array.isArray(list)) return list.filter((item): item is Json => item !== null && typeof item === 'object');
  return verdictOf(value) ? [value] : [];
}

/** The names under which models put their verdict. */
const KEYS = ['verdict', 'relevant', 'answer'];

/** What an object says; undefined where its keys contradict each other, or its verdict is no plain yes or no. */
function verdictOf(value: Json): Verdict | undefined {
  const sides = new Set<boolean>();
  for (const key of KEYS) {
    const side = plainSide(value[key]);
    if (side !== undefined) sides.add(side);
    else if (key === 'verdict' && value[key] !== undefined) return undefined;
  }
  const [relevant] = sides;
  if (relevant === undefined || sides.size > 1) return undefined;
  const why = value['justification'] ?? value['reason'] ?? value['explanation'];
  return { relevant, justification: typeof why === 'string' ? why.trim() : '' };
}

/** The side of `true`, `"yes."` or `"No: other topics"`; none of `"no doubt"`, `"yes/no"` or `"yes, or rather no"`. */
function plainSide(said: unknown): boolean | undefined {
  if (typeof said === 'boolean') return said;
  if (typeof said !== 'string') return undefined;
  const text = plain(said).trim();
  const word = /^(yes|no|true|false)\s*(?:[.,:;!(]|$)/i.exec(text)?.[1];
  const sides = new Set([...text.matchAll(/\b(?:yes|no|true|false)\b/gi)].map(([each]) => sideOf(each)));
  return word === undefined || sides.size > 1 ? undefined : sideOf(word);
}

/** Sides of every verdict that stands in an object as written: of a key given twice, parsing keeps the last alone. */
function sidesOfKeys({ raw, value }: JsonFound): boolean[] {
  if (!verdictOf(value)) return [];
  const said = raw.matchAll(/(?<!\\)"(?:verdict|relevant|answer)"\s*:\s*"?\s*(yes|no|true|false)\b/gi);
  return [...said].map(([, word = '']) => sideOf(word));
}

/** What follows a word that states something: the end of the statement, or its reason. */
const STATED = String.raw`\b(?=\s*(?:[.,:;!)\n(]|$|because\b|since\b|as\b|[-–—]))`;
const LABELLED = new RegExp(
  String.raw`\b(?:verdict|relevant|relevance)\b\s*(?:(?:is|:|=|-+>?|[–—→])\s*)+(yes|no|true|false)${STATED}`,
  'gi',
);
const ANSWER_AT_END = /\banswer\s*(?:(?:is|:)\s*)+(yes|no)[\s.!]*$/i;
const AT_BEGIN = /^\s*(yes|no)\s*(?:[.,:;!\n]|$)/i;
const AT_END = /(?:^|[\n.,!?:])\s*(yes|no)[\s.!]*$/i;
const UTTERED = /(?:^|[\s(])(yes|no)\s*(?=[.,:;!?\n)]|$)/gi;

/** Sides that prose takes: in statements, and in bare words where the reply begins or ends with one. */
function sidesOfProse(text: string, where: 'alone' | 'after JSON'): boolean[] {
  const prose = plain(text).trim();
  const words = [...prose.matchAll(LABELLED)].map((match) => match[1]);
  words.push(AT_END.exec(prose)?.[1]);
  if (where === 'alone') {
    words.push(ANSWER_AT_END.exec(prose)?.[1]);
    const begin = AT_BEGIN.exec(prose)?.[1];
    words.push(begin);
    if (begin !== undefined) words.push(...[...prose.matchAll(UTTERED)].map((match) => match[1]));
  }
  return words.flatMap((word) => (word === undefined ? [] : [sideOf(word)]));
}

/** Without emphasis, quotes and tags. */
function plain(text: string): string {
  return text.replace(/<\/?[a-z_]+>/gi, ' ').replace(/[*_`#"'“”]/g, '');
}

function sideOf(word: string): boolean {
  return /^(yes|true)/i.test(word);
}
