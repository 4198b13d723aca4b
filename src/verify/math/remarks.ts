/**
 * What a sentence says beside its answer: reasons, conditions, comparisons, rejected values. `The answer is 41, as 42 ...`
 * states 41. Remarks are blanked out, so that places in the text stay what they are.
 */
import { FORMULA_MARK, masked, RELATION_MARK } from './values.js';

/** A digit or a letter of a formula; what a value begins with. */
const V = `[\\d${FORMULA_MARK}${RELATION_MARK}]`;
const VALUE = new RegExp(V);

/** Openers of remarks wherever a value stands before them. */
const REMARKS = [
  String.raw`\b(?:instead\s+of|rather\s+than|in\s+place\s+of)\b`,
  String.raw`[,;:(–—]\s*(?:and\s+|but\s+)?not\b`,
  `(?<=[\\d${FORMULA_MARK}${RELATION_MARK}*])\\s+not\\b`,
  `\\b(?:since|because|as|where|while|whereas|although|though)\\s+(?:the\\s+(?:value\\s+)?)?(?:[a-zA-Z]\\s*=\\s*)?${V}\\S*\\s+[a-z]{2}`,
  String.raw`(?:[,;:]\s*)?(?:因为|因為|由于|而不是|而非|不是|なぜなら|왜냐하면|потому\s+что|так\s+как|поскольку|а\s+не(?!\p{L}))`,
  String.raw`[,;]\s*(?:weil|denn|nicht|car|parce\s+que|puisque|et\s+non|porque|ya\s+que|y\s+no|pois|e\s+não|perché|poiché|e\s+non)(?!\p{L})`,
  String.raw`,\s*which\s+(?:is|are|was|were)\s+(?:\w+\s+)?(?:less|more|fewer|greater|smaller|larger|above|below|under|over|near|close)\b`,
  String.raw`(?<!(?:exactly|precisely|only|that|and)\s)\b(?:when|if|for)\s+[a-zA-Z]\s*=\s*-?\d`,
  `;\\s*(?:the|this|that|it|note|however|here|in|we|next|otherwise|all|but|now|also|other)\\b(?=[^;]*\\b(?:would|not|less|more|than)\\b)`,
];

/** Further openers after an announced answer, whose first words are the answer. */
const AFTER_ANNOUNCED = [
  String.raw`\b(?:because|since|whereas|although|though|provided|given\s+that|assuming|excluding|except|unless|see|due\s+to|rounded|where|when|whenever|if|while|according\s+to|compared|versus|unlike|despite)\b`,
  String.raw`[,;–—]\s*(?!(?:and|or|sin|cos|tan|log|ln|exp|sqrt|pi)\b)[a-z]{2}`,
  `\\bas\\s+(?=${V}\\S*\\s+[a-z]|we\\b|it\\b|the\\b|there\\b)`,
  String.raw`\bby\s+(?:theorem|lemma|proposition|corollary|definition|symmetry|part|step|equation|eq|section|induction|the)\b`,
  `\\bfor\\s+(?=${RELATION_MARK}|[a-zA-Z]\\s*[=<>≤≥])`,
  String.raw`\b(?:out\s+)?of\s+(?:the|these|those|all)\s+(?=\d)`,
  String.raw`\b(?:one|two|three|\d+)\s+(?:less|more|fewer)\s+than\b`,
  String.raw`(?:[–—]|\s-)\s*(?=[a-z]{2})`,
  String.raw`;\s*(?=(?:the|this|that|it|note|however|here|in|we|next|otherwise|all|but|now|also|other)\b)`,
];
const OPENER = new RegExp(REMARKS.join('|'), 'giu');
/** What a stretch without any opener lacks: looking for the openers themselves takes ten times as long. */
const SIGN_OF_OPENER = new RegExp(
  String.raw`instead|rather|in\s+place|not|since|because|\bas\s|where|while|though|which|(?:when|if|for)\s+[a-z]\s*=|;\s*[a-z]|,\s*(?:weil|denn|nicht|car|parce|puisque|porque|pois|(?:et?|ya?)\s)|[^\0-\x7f${FORMULA_MARK}${RELATION_MARK}]`,
  'i',
);
const openersIn = (text: string): Iterable<RegExpExecArray> => (SIGN_OF_OPENER.test(text) ? text.matchAll(OPENER) : []);
const OPENER_AFTER_ANNOUNCED = new RegExp([...REMARKS, ...AFTER_ANNOUNCED].join('|'), 'giu');

/** Words after which a sentence comes back from its remark to what follows from it. */
const CONCLUSION =
  /(?:[,;]\s*)?\b(?:so|thus|hence|therefore|giving|gives|we\s+(?:get|have|find|obtain|conclude|must)|it\s+follows|yielding|yields|making|leaving|then|for\s+a\s+total|the\s+(?:final\s+)?answer)\b/gi;

const DENIED =
  "rejected|discarded|extraneous|excluded|invalid|impossible|fails?|failed|wrong|incorrect|ignored|too\\s+(?:large|small|big|many|few|high|low)|not\\s+(?:\\w+\\s+)?(?:valid|allowed|attained|possible|solutions?|included|reached|counted|acceptable|the\\s+answer|in\\s+the)|(?:does|do|did|can|would)(?:\\s+not|n't)|cannot";
/** A value that is said not to be the answer. */
const REJECTED = new RegExp(
  `(?<!${V})${V}[^\\s,;]*\\s+(?:\\w+\\s+){0,3}(?:${DENIED})\\b|\\b(?:rejecting|reject|discard|exclude|ignore|excluding|would\\s+(?:be|have\\s+been|give))\\s+(?:[a-z]+\\s+){0,3}${V}`,
  'i',
);

/** A sentence whose only value is denied. */
const DENIED_ALONE = new RegExp(
  `^[^\\w${FORMULA_MARK}${RELATION_MARK}]*(?:the\\s+(?:answer|value)\\s+)?${V}[^\\s,;]*\\s+(?:\\w+\\s+){0,2}(?:${DENIED})\\b[^,;\\d]*$`,
  'i',
);

/** Sentences that only remark on what was said before. */
const REMARK = /^\s*(?:\(?note\b|\(?previously\b|check\b|remark\b|recall\b|for comparison|step count|confidence)/i;

const SENTENCE = /[.!?](?=[\s*"')\]]|$)|[。！？]|\n\s*\n|\n(?=\s*(?:[-*#>]|[A-Z(]|\\\[|\$\$))/g;

type Stretch = readonly [from: number, to: number];

/**
 * A text with its remarks blanked out. `announced` says that the text follows the words "the answer is": its first words
 * are the answer, whatever they are, and nothing after a remark is. Elsewhere a remark stands behind a value, and the
 * sentence may come back to its conclusion.
 */
export function withoutRemarks(text: string, announced = false): string {
  const mask = masked(text);
  if (announced)
    return blanked(
      text,
      remarksOf(
        mask,
        mask.search(/\S/),
        (kept) => kept.matchAll(OPENER_AFTER_ANNOUNCED),
        () => mask.length,
      ),
    );
  const remarks: Stretch[] = [];
  let valued = false;
  for (const [from, to] of sentences(mask)) {
    const sentence = mask.slice(from, to);
    const first = sentence.search(VALUE);
    if (first < 0) continue;
    if (DENIED_ALONE.test(sentence)) {
      remarks.push([from, to]);
      continue;
    }
    if (valued && (REMARK.test(sentence) || REJECTED.test(sentence)) && !/[,;]|\b(?:so|thus|hence)\b/i.test(sentence))
      remarks.push([from, to]);
    else {
      for (const [a, b] of remarksOf(sentence, first, openersIn, endOfRemark)) remarks.push([from + a, from + b]);
      valued = true;
    }
  }
  return blanked(text, remarks);
}

/** Blanks stretches of a text; they may overlap. */
function blanked(text: string, stretches: readonly Stretch[]): string {
  let [out, at] = ['', 0];
  for (const [from, to] of stretches.toSorted((a, b) => a[0] - b[0])) {
    if (to <= at) continue;
    const start = Math.max(from, at);
    out += text.slice(at, start) + ' '.repeat(to - start);
    at = to;
  }
  return out + text.slice(at);
}

function* sentences(mask: string): Generator<Stretch> {
  let from = 0;
  for (const end of mask.matchAll(SENTENCE)) {
    yield [from, end.index + end[0].length];
    from = end.index + end[0].length;
  }
  yield [from, mask.length];
}

/** The stretches of one sentence that remark on the value that begins at `first`. */
function remarksOf(
  sentence: string,
  first: number,
  openersOf: (text: string) => Iterable<RegExpExecArray>,
  endOf: (sentence: string, from: number) => number,
): Stretch[] {
  const asides = [...sentence.matchAll(/\([^()]*\)|（[^（）]*）/g)]
    .filter((aside) => aside.index > first && isAside(aside[0]))
    .map((aside): Stretch => [aside.index, aside.index + aside[0].length]);
  const found = [...asides];
  const kept = blanked(sentence, asides);
  let at = 0;
  for (const opener of openersOf(kept)) {
    if (opener.index <= first || opener.index < at) continue;
    at = endOf(kept, opener.index + 3);
    found.push([opener.index, at]);
  }
  if (!/[,;]/.test(sentence)) return found;
  const clauses = [...blanked(sentence, found).matchAll(/[^,;]+/g)].filter((clause) => VALUE.test(clause[0]));
  for (const clause of clauses.slice(1))
    if (REJECTED.test(clause[0])) found.push([clause.index, clause.index + clause[0].length]);
  return found;
}

function endOfRemark(sentence: string, from: number): number {
  CONCLUSION.lastIndex = from;
  const conclusion = CONCLUSION.exec(sentence);
  return conclusion && VALUE.test(sentence.slice(conclusion.index)) ? conclusion.index : sentence.length;
}

/** Brackets that hold words: `(since 42 fails)`, neither `(B)`, `(x, y)`, `(mod 42)` nor a function's argument. */
const isAside = (brackets: string): boolean =>
  /[A-Za-z]{3}|\p{Script=Han}/u.test(brackets.replace(/\\[A-Za-z]+/g, '')) &&
  !/^\(\s*(?:mod|base|in\s+base|sin|cos|tan|log|sqrt|exp)\b/i.test(brackets);
