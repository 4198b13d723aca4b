/** Verdicts out of replies: strict where the server keeps to the schema, tolerant of everything else, never guessing. */

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
 * begins or ends with the bare word. Undefined where it says neither, or both.
 */
export function readVerdict(reply: string): Verdict | undefined {
  for (const value of jsonObjects(reply)) {
    const verdict = verdictOf(value);
    if (verdict) return verdict;
  }
  const plain = reply.replace(/[*_`#"]/g, '');
  const said = new Set<string>();
  for (const match of plain.matchAll(/\b(?:verdict|answer|relevant)\b\s*(?:is|:|=)\s*(yes|no|true|false)\b/gi)) {
    said.add(yes(match[1] ?? '') ? 'yes' : 'no');
  }
  if (said.size === 0) {
    const first = /^\s*(yes|no)\s*(?:[.,:;!\n]|$)/i.exec(plain)?.[1];
    const last = /(?:^|[\n.!?])\s*(yes|no)[\s.!]*$/i.exec(plain)?.[1];
    for (const word of [first, last]) if (word !== undefined) said.add(word.toLowerCase());
  }
  return said.size === 1 ? { relevant: said.has('yes'), justification: reply.trim() } : undefined;
}

/** Verdicts by number (from 1 to `count`) of a reply about several references. What is missing or said twice differently is left out. */
export function readVerdicts(reply: string, count: number): Map<number, Verdict> {
  const found = new Map<number, Verdict | undefined>();
  for (const item of jsonObjects(reply).flatMap(judgementsOf)) {
    const number = Number(item['reference'] ?? item['number'] ?? item['candidate']);
    const verdict = verdictOf(item);
    if (!verdict || !Number.isInteger(number) || number < 1 || number > count) continue;
    const other = found.get(number);
    const contradicts = found.has(number) && other?.relevant !== verdict.relevant;
    found.set(number, contradicts ? undefined : (other ?? verdict));
  }
  return new Map([...found].flatMap(([number, verdict]) => (verdict ? [[number, verdict] as const] : [])));
}

type Json = Record<string, unknown>;

/** The list in whatever it is wrapped; an object that is itself a judgement is a list of one. */
function judgementsOf(value: Json): Json[] {
  const list = value['judgements'] ?? value['judgments'] ?? value['items'];
  if (Array.isArray(list)) return list.filter(isObject);
  return verdictOf(value) ? [value] : [];
}

function verdictOf(value: Json): Verdict | undefined {
  const said = value['verdict'] ?? value['relevant'] ?? value['answer'];
  const word = typeof said === 'boolean' ? String(said) : typeof said === 'string' ? said.trim().toLowerCase() : '';
  if (!/^(yes|no|true|false)\b/.test(word)) return undefined;
  const why = value['justification'] ?? value['reason'] ?? value['explanation'];
  return { relevant: yes(word), justification: typeof why === 'string' ? why.trim() : '' };
}

function yes(word: string): boolean {
  return /^(yes|true)/i.test(word);
}

/** Every outermost JSON object in a text, wherever it stands (in prose, in a code fence, in an array). */
function jsonObjects(reply: string): Json[] {
  const out: Json[] = [];
  for (let from = reply.indexOf('{'); from >= 0;) {
    const end = closingBrace(reply, from);
    const value = end < 0 ? undefined : tryParse(reply.slice(from, end + 1));
    if (isObject(value)) out.push(value);
    from = reply.indexOf('{', isObject(value) ? end + 1 : from + 1);
  }
  return out;
}

/** Where the object that begins at `from` ends, braces in strings aside; -1 where it does not. */
function closingBrace(reply: string, from: number): number {
  let depth = 0;
  let quoted = false;
  for (let at = from; at < reply.length; at++) {
    const c = reply[at];
    if (quoted) {
      if (c === '\\') at++;
      else if (c === '"') quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === '{') depth++;
    else if (c === '}' && --depth === 0) return at;
  }
  return -1;
}

/** JSON; where it fails, once more with the lone backslashes of LaTeX doubled. */
function tryParse(json: string): unknown {
  for (const candidate of [json, json.replace(/\\(?!["\\/bfnrtu])/g, '\\\\')]) {
    try {
      return JSON.parse(candidate) as unknown;
    } catch {
      // The next candidate, or none.
    }
  }
  return undefined;
}

function isObject(value: unknown): value is Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
