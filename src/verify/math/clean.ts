/** Spelling: brings the many ways to type the same answer (Unicode, spacing commands, escaped escapes) to one. */

const CHARACTERS: Readonly<Record<string, string>> = {
  '\u2212': '-',
  '\u2013': '-',
  '\u2014': '-',
  '\u2010': '-',
  '\u2011': '-',
  '×': '\\times ',
  '⋅': '\\cdot ',
  '·': '\\cdot ',
  '∙': '\\cdot ',
  '÷': '/',
  '⁄': '/',
  '∕': '/',
  '√': '\\sqrt ',
  '∞': '\\infty ',
  '≤': '\\le ',
  '≥': '\\ge ',
  '⩽': '\\le ',
  '⩾': '\\ge ',
  '≠': '\\ne ',
  '≈': '\\approx ',
  '∪': '\\cup ',
  '∩': '\\cap ',
  '∈': '\\in ',
  '∅': '\\varnothing ',
  '±': '\\pm ',
  '∓': '\\mp ',
  '°': '^\\circ ',
  º: '^\\circ ',
  '⟨': '\\langle ',
  '⟩': '\\rangle ',
  '⌊': '\\lfloor ',
  '⌋': '\\rfloor ',
  '⌈': '\\lceil ',
  '⌉': '\\rceil ',
  ℝ: '\\mathbb{R}',
  '∖': '\\setminus ',
  '→': '\\to ',
  '⇒': '\\Rightarrow ',
  '∣': '|',
  '′': "'",
  '’': "'",
  '‘': "'",
  '…': '\\dots ',
  α: '\\alpha ',
  β: '\\beta ',
  γ: '\\gamma ',
  δ: '\\delta ',
  ε: '\\epsilon ',
  θ: '\\theta ',
  λ: '\\lambda ',
  μ: '\\mu ',
  π: '\\pi ',
  ρ: '\\rho ',
  σ: '\\sigma ',
  τ: '\\tau ',
  φ: '\\phi ',
  ω: '\\omega ',
  Δ: '\\Delta ',
  Ω: '\\Omega ',
  '€': '\\text{ euros }',
  '£': '\\text{ pounds sterling }',
  '¥': '\\text{ yen }',
  '¢': '\\text{ cents }',
  '\u00a0': ' ',
  '\u2009': ' ',
  '\u202f': ' ',
  '\u2002': ' ',
  '\u2003': ' ',
  '\u3000': ' ',
  '\u200b': '',
  '\u200e': '',
  '\ufeff': '',
  '，': ',',
  '；': ';',
  '：': ':',
  '（': '(',
  '）': ')',
  '。': '.',
  '“': '"',
  '”': '"',
};
const UNUSUAL = new RegExp(`[${Object.keys(CHARACTERS).join('')}]`, 'gu');
const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

function plainCharacters(text: string): string {
  return text
    .replace(UNUSUAL, (char) => CHARACTERS[char] ?? char)
    .replace(
      /⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+/g,
      (run) => `^{${[...run].map((c) => (c === '⁻' ? '-' : SUPERSCRIPTS.indexOf(c))).join('')}}`,
    )
    .replace(/[\u00bc-\u00be\u2150-\u215e]/g, (char) => {
      const [top, bottom] = char.normalize('NFKC').split('\u2044');
      return ` \\frac{${top}}{${bottom}}`;
    })
    .replace(/[\uff01-\uff5e]/g, (wide) => wide.normalize('NFKC'));
}

/**
 * The text of one answer without what carries no meaning: dollar delimiters, sizing, spacing between digits of one
 * number, a full stop at the end, escaped backslashes. Idempotent on its own output.
 */
export function cleanAnswer(text: string): string {
  let out = /[^\x20-\x7e]/.test(text) ? plainCharacters(text) : text;
  if (out.includes('\\\\') && !out.includes('\\begin')) out = out.replace(/\\\\(?=[A-Za-z()[\]{},;!$%])/g, '\\');
  if (out.includes('$')) out = withoutDollars(out);
  if (out.includes('\\')) {
    out = out
      .replace(/\\[()[\]](?![a-z])/g, ' ')
      .replace(/(\d)\s*(?:\{\s*,\s*\}|,\s*\\!|\\,|\\!|\{\\,\}|\\ |~)\s*(?=\d{3}(?!\d))/g, '$1')
      .replace(/\{\s*:\s*\}|\\!\s*:\s*\\!|\\colon\b/g, ':')
      .replace(/\\mathchoice.*$/s, '');
  } else if (out.includes('{,}')) {
    out = out.replace(/(\d)\{,\}(?=\d{3}(?!\d))/g, '$1');
  }
  out = out.replace(/(?<![\d.,/^_\\])(\d{1,3}(?: \d{3})+)(?!\d)/g, (run) => run.replace(/ /g, ''));
  if (/^-?\d{1,3}(?:\.\d{3})+,\d{1,2}$/.test(out)) out = out.replace(/\./g, '').replace(',', '.');
  if (out.includes(':')) out = out.replace(/(:\d\d)\s*([ap])\.?\s?m\b\.?/gi, '$1 \\text{$2m}');
  return out
    .replace(/^\s*\*\*|\*\*\s*$/g, ' ')
    .replace(/^[\s"'`]+|[\s"`]+$|(?<![\w)\]}'])'+\s*$|(?<=^['`].*)'\s*$/gs, '')
    .replace(/(?<!\.)[.,;:]+(?:\s*)$/, '')
    .trim();
}

/** Dollar signs that delimit go; one that stands before an amount (an odd one out, or escaped) is a currency. */
function withoutDollars(text: string): string {
  const bare = text.replace(/\\\$/g, '\uE000');
  const count = bare.length - bare.replace(/\$/g, '').length;
  const odd = count % 2 === 1 ? bare.replace(/\$(?=\s*[\d.])/, '\uE000') : bare;
  return odd
    .replace(/\$/g, ' ')
    .replace(/\uE000\s*(?=[-\d.(\\])/g, '\\dollars ')
    .replace(/\uE000/g, '\\text{ dollars }');
}

/** One form for texts that read the same: no spacing, sizing or redundant braces, one name for each fraction command. */
export function sameSpelling(text: string): string {
  return text
    .replace(/\\[dtc]frac(?![a-z])/g, '\\frac')
    .replace(/\\(?:left|right|displaystyle|quad|qquad)(?![a-z])|\\[,;:! ]|~/g, ' ')
    .replace(/\\frac\s*(\d)\s*(\d)/g, '\\frac{$1}{$2}')
    .replace(/\s+/g, ' ')
    .replace(/(?<!\d) | (?!\d)/g, '')
    .replace(/(?<=[\^_])\{(\w)\}/g, '$1');
}
