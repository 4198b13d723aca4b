/** The characters of Unicode that mathematics is typed with, as LaTeX and ASCII. */

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
  '≡': '\\equiv ',
  '∉': '\\notin ',
  '∠': '\\angle ',
  '△': '\\triangle ',
  '∴': '\\therefore ',
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
  '、': ',',
  '〜': '~',
  '‚': ',',
  '٪': '%',
  '٫': '.',
  '٬': ',',
  '،': ',',
  '؛': ';',
  ℕ: '\\mathbb{N}',
  ℤ: '\\mathbb{Z}',
  ℚ: '\\mathbb{Q}',
  ℂ: '\\mathbb{C}',
  '⊂': '\\subset ',
  '⊆': '\\subseteq ',
  '∥': '\\parallel ',
  '⊥': '\\perp ',
  '∧': '\\land ',
  '∨': '\\lor ',
  '↔': '\\leftrightarrow ',
  '⇔': '\\iff ',
  '⟹': '\\Rightarrow ',
  '⟶': '\\to ',
  '〈': '\\langle ',
  '〉': '\\rangle ',
  '℃': '^\\circ\\text{ celsius }',
  '℉': '^\\circ\\text{ fahrenheit }',
  η: '\\eta ',
  κ: '\\kappa ',
  ξ: '\\xi ',
  ψ: '\\psi ',
  χ: '\\chi ',
  ζ: '\\zeta ',
  ϕ: '\\phi ',
  Γ: '\\Gamma ',
  Θ: '\\Theta ',
  Σ: '\\Sigma ',
  Φ: '\\Phi ',
  Ψ: '\\Psi ',
  Λ: '\\Lambda ',
  Π: '\\Pi ',
};
const UNUSUAL = new RegExp(`[${Object.keys(CHARACTERS).join('')}]`, 'gu');
const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻';
const SUBSCRIPTS = '₀₁₂₃₄₅₆₇₈₉₊₋';
const ROOTS: Readonly<Record<string, string>> = { '∛': '3', '∜': '4' };

/** LaTeX for the signs, letters and digits of Unicode that mathematics is typed with. */
export function plainCharacters(text: string): string {
  return asciiForms(text)
    .replace(UNUSUAL, (char) => CHARACTERS[char] ?? char)
    .replace(/[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+/g, (run) => `^{${lowered(run, SUPERSCRIPTS)}}`)
    .replace(/ⁿ/g, '^{n}')
    .replace(/[₊₋]?[₀₁₂₃₄₅₆₇₈₉]+/g, (run) => `_{${lowered(run, SUBSCRIPTS)}}`)
    .replace(
      /([∛∜])\s*(?:\(([^()]*)\)|(\w+))/g,
      (_, sign: string, inside?: string, bare?: string) => `\\sqrt[${ROOTS[sign] ?? ''}]{${inside ?? bare ?? ''}}`,
    )
    .replace(/[\u00bc-\u00be\u2150-\u215e]/g, (char) => {
      const [top, bottom] = char.normalize('NFKC').split('\u2044');
      return ` \\frac{${top}}{${bottom}}`;
    });
}

const lowered = (run: string, row: string): string =>
  [...run].map((char) => '0123456789+-'[row.indexOf(char)] ?? '').join('');

/** Full-width forms, the digits of every script and the styled letters of mathematics as ASCII; all else as it is. */
export function asciiForms(text: string): string {
  if (!/[\u0080-\uffff]/.test(text)) return text;
  return text
    .replace(/[\uff01-\uff5e]/g, (wide) => wide.normalize('NFKC'))
    .replace(/[\u{1d400}-\u{1d7ff}ℎ]/gu, (styled) => styled.normalize('NFKC'))
    .replace(/[\u{80}-\u{10ffff}]/gu, (char) => (/\p{Nd}/u.test(char) ? digitOf(char) : char));
}

/** What a decimal digit of any script is worth: they stand in runs of ten, zero first. */
function digitOf(char: string): string {
  const code = char.codePointAt(0) as number;
  let zero = code;
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--;
  return String((code - zero) % 10);
}
