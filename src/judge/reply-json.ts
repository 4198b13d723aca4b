/** JSON in a reply, wherever it stands: in prose, in a code fence, in an array. */

export type Json = Record<string, unknown>;

/** An object as it was written, and its value. */
export interface JsonFound {
  raw: string;
  value: Json;
}

/** Every outermost object that can be read, and the text without them. */
export function jsonObjects(reply: string): { objects: JsonFound[]; rest: string } {
  const objects: JsonFound[] = [];
  let rest = '';
  let done = 0;
  for (let from = reply.indexOf('{'); from >= 0;) {
    const end = closingBrace(reply, from);
    const raw = reply.slice(from, end + 1);
    const value = end < 0 ? undefined : tryParse(raw);
    if (isObject(value)) {
      objects.push({ raw, value });
      rest += `${reply.slice(done, from)} `;
      done = end + 1;
    }
    from = reply.indexOf('{', isObject(value) ? end + 1 : from + 1);
  }
  return { objects, rest: rest + reply.slice(done) };
}

/** Whether a reply is JSON from its first sign on, code fence aside: then it is no thinking that a template has opened. */
export function beginsWithJson(reply: string): boolean {
  return /^\s*(?:```\w*\s*)?[[{]/.test(reply);
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
