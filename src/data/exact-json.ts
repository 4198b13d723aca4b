/** JSON whose numbers keep the text they have in the file: `9007199254740993`, `1.10` and `1e400` are no doubles. */

/** Numbers that a double may not give back as they were written. Texts that look so only cost the second reading. */
const DELICATE = /[:[,]\s*(?:-?(?:\d{16}|\d+[.eE])|-0[\s,}\]])/;
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/gs;

/**
 * As `JSON.parse`, but where a text holds a number that a double would change, its numbers are given as texts. What reads
 * fields takes numbers as texts anyway. Throws `SyntaxError`.
 */
export function parseExactJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!DELICATE.test(text)) return value;
  return JSON.parse(text.replace(TOKENS, (token) => (token.startsWith('"') ? token : `"${token}"`)));
}
