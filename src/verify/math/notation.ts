/** Other notations for what the parser reads: brackets of intervals turned outwards, bases in words, combinations. */

const DIGIT_WORDS = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ');

const baseOf = (word: string): string | undefined => {
  const at = DIGIT_WORDS.indexOf(word.toLowerCase());
  return at >= 0 ? String(at) : /^\d+$/.test(word) ? word : undefined;
};

/** `_{\text{base }2}`, `_{two}`, `_{base\ two}` */
const BELOW = /_\{((?:[^{}]|\{[^{}]*\})*)\}/g;
const baseBelow = (inside: string): string | undefined =>
  baseOf(inside.replace(/\\(?:text\w*|mathrm)\s*|[{}\s~-]|\\(?=\s)|base/g, ''));
/** `1010 base 2`, `1010\text{ (base two)}`, at the end of an answer. */
const BASE_AFTER = /^([\dA-F]+)\s*(?:\\text\s*\{)?\s*\(?\s*(?:in )?base[\s-]*\}?\s*([a-z]+|\d+)\s*\)?\s*\}?$/;
const LITERAL = /^0([bxo])([\dA-Fa-f]+)$/;
const LITERAL_BASES: Readonly<Record<string, string>> = { b: '2', x: '16', o: '8' };

/** The combinations `{}_{10}C_3`, `^{10}C_3`; what stands before must not be a base they are an exponent of. */
const COMBINATION =
  /(?<![A-Za-z\d)}\]])(?:\{\s*\})?\s*[_^]\s*(?:\{(\w+)\}|(\w))\s*(?:\\(?:mathrm|text)\s*\{\s*([CP])\s*\}|([CP]))\s*_\s*(?:\{(\w+)\}|(\w))/g;
/** `C_{10}^{3}`, `A_{10}^3`: only with numbers, else they are powers of a variable. */
const INDEXED =
  /(?<![A-Za-z\\])(?:\\mathrm\s*\{\s*([CAP])\s*\}|([CAP]))\s*(?:_\s*(?:\{(\d+)\}|(\d))\s*\^\s*(?:\{(\d+)\}|(\d))|\^\s*(?:\{(\d+)\}|(\d))\s*_\s*(?:\{(\d+)\}|(\d)))/g;
const SPELLED = /(?<![A-Za-z\d\\])(\d+)\s*([CP])\s*(\d+)(?!\d)/g;

/** An integer parameter in words: `where k is an integer`, `for any integer k`, `k integer`. */
const INTEGER_AFTER =
  /([a-zA-Z])\s*\$?\s*\\text\w*\s*\{\s*(?:is|are|being)?\s*(?:an?|any|all|some)?\s*(?:arbitrary\s*)?integers?\s*\.?\s*\}/g;
const INTEGER_BEFORE =
  /,?\s*\\text\w*\s*\{\s*,?\s*(?:for|where|with)?\s*(?:an?|any|all|every|each|some)?\s*(?:arbitrary\s*)?integers?\s*\}\s*\$?\s*([a-z])(?![a-z])/g;
const INTEGER_PLAIN =
  /,?\s*(?:(?:for|where|with)\s+)?(?:(?:an?|any|all|every|each|some)\s+)?(?:integers?\s+([a-z])(?![a-z])|(?<![\\a-z])([a-z])\s+(?:is\s+)?(?:an?\s+|any\s+)?integers?)\s*\.?$/;

/** The text with these notations brought to the parser's own. */
export function usualNotation(text: string): string {
  let out = text.includes('{:}') ? text.replace(/\{:\}/g, ':') : text;
  if (out.includes('_') || /base/.test(out))
    out = out
      .replace(BELOW, (all, inside: string) => (baseBelow(inside) === undefined ? all : `_{${baseBelow(inside)}}`))
      .replace(BASE_AFTER, (all, digits: string, word: string) =>
        baseOf(word) === undefined ? all : `${digits}_{${baseOf(word)}}`,
      )
      .replace(/(?<![A-Za-z\\])\(([\dA-F]*[A-F][\dA-F]*)\)\s*_/g, '$1_');
  out = out.replace(LITERAL, (_, kind: string, digits: string) => `${digits.toUpperCase()}_{${LITERAL_BASES[kind]}}`);
  if (/[CP]/.test(out) && /[_^]/.test(out))
    out = out.replace(COMBINATION, (_, ...found: (string | undefined)[]) => {
      const [above, aboveToo, kind, kindToo, below, belowToo] = found;
      return counted(kind ?? kindToo ?? '', above ?? aboveToo ?? '', below ?? belowToo ?? '');
    });
  if (out.includes('integer'))
    out = out
      .replace(INTEGER_AFTER, '$1 \\in \\mathbb{Z}')
      .replace(INTEGER_BEFORE, ', $1 \\in \\mathbb{Z}')
      .replace(INTEGER_PLAIN, (_, a?: string, b?: string) => `, ${a ?? b ?? ''} \\in \\mathbb{Z}`);
  if (/[[\]]/.test(out)) out = turnedBrackets(out);
  return /^\s*<[^<>=]*,[^<>=]*>\s*$/.test(out) ? `\\langle ${out.trim().slice(1, -1)} \\rangle` : out;
}

/** Whether `C_{10}^3` and `10C3` may be read as numbers of choices; undefined where nothing is written so. */
export function countedNotation(text: string): string | undefined {
  if (!/[CAP]/.test(text) || text.length > 500) return undefined;
  const out = text
    .replace(INDEXED, (_, ...found: (string | undefined)[]) => {
      const [kind, kindToo, n1, n2, k1, k2, k3, k4, n3, n4] = found;
      return counted(kind ?? kindToo ?? '', n1 ?? n2 ?? n3 ?? n4 ?? '', k1 ?? k2 ?? k3 ?? k4 ?? '');
    })
    .replace(SPELLED, (_, n: string, kind: string, k: string) => counted(kind, n, k))
    .replace(/(?<![A-Za-z\\])P\s*\(\s*(\d+)\s*,\s*(\d+)\s*\)/g, (all, n: string, k: string) => counted('P', n, k, all));
  return out === text ? undefined : out;
}

/** Choices of k from n, or arrangements of them. */
const counted = (kind: string, n: string, k: string, written = ''): string =>
  Number(k) > Number(n) && written !== ''
    ? written
    : kind === 'C'
      ? `\\binom{${n}}{${k}}`
      : `(\\binom{${n}}{${k}} \\cdot (${k})!)`;

/** `]1,2[` is (1,2), `[1,2[` is [1,2): where square brackets do not pair as usual, each opens or closes in turn. */
function turnedBrackets(text: string): string {
  let depth = 0;
  for (const char of text) {
    if (char === '[') depth++;
    else if (char === ']' && --depth < 0) break;
  }
  if (depth === 0) return text;
  let open = false;
  let count = 0;
  const out = text.replace(/(\\(?:left|right|big[lr]?)\s*)?([[\]])/gi, (_, _size, bracket: string) => {
    count++;
    open = !open;
    if (open) return bracket === '[' ? '[' : '(';
    return bracket === ']' ? ']' : ')';
  });
  const flat =
    count % 2 === 0 && !/[[(][^,;\])]*[\])]/.test(out.replace(/\\[A-Za-z]+\s*\{[^{}]*\}|\([^(),;[\]]*\)/g, '0'));
  return flat ? out : text;
}
