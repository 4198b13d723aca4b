/** Answers that are announced: "the final answer is ...", "Answer: ...", and the same in other languages. */
import { findBoxes } from './boxes.js';
import { readStatement } from './statement.js';
import type { AnswerKind, FoundAnswer } from './types.js';

const FINAL = /(?:final|correct)\s+answer\b\W{0,12}?(?:\s+is\b|\s*[:=])\W{0,6}?|\*{0,2}final answer\*{0,2}\s*[:\n]/gi;
const FINAL_ELSEWHERE =
  /(?:最终|最終|最后|最後)(?:的)?(?:な)?(?:答案|答え|解答)\s*(?:应该)?(?:是|为|為|は|[:：])|최종\s*(?:정답|답|답변)\s*(?:은|는|:|：)|(?:окончательный|итоговый)\s+ответ\s*[:=—–-]|(?:endgültige|finale)\s+antwort\s*(?:ist\b|:)|(?:respuesta|resposta|réponse|risposta)\s+final[ea]?\s*(?:es\b|é(?!\p{L})|est\b|è(?!\p{L})|:)/giu;

const ANSWER =
  /\banswer\b(?:[\s*]+is\b|[\s*]*[:=])|\banswer\s+to\b[^.\n]{0,80}?\bis\b|(?<![A-Za-z])ans(?:[.:]|\s*=)(?=\s)/gi;

/** "Answer" in other languages, with the words or marks that join it to what it is. */
const OTHER_LANGUAGES = [
  String.raw`【\s*(?:答案|解答|答|答え|正解)\s*】|(?:答案|解答|正解|答え|解)\s*(?:应该|應該)?(?:就)?(?:是|为|為|は|等于|[:：])|(?<!\p{L})答\s*[:：]|故选\s*[:：]?`,
  String.raw`(?<!\p{L})(?:정답|답|답변)\s*(?:은|는|이|[:：])`,
  String.raw`(?<!\p{L})(?:ответ|відповідь|отговор|одговор)(?!\p{L})\s*(?:равен|равно|есть|это|є)?\s*[:=—–-]?`,
  String.raw`(?<!\p{L})(?:antwort|lösung|ergebnis|respuesta|resposta|réponse|risposta|antwoord|odpowiedź|odpověď|svaret|svar|vastaus|cevap|yanıt|jawabannya|jawaban|đáp\s+án|đáp\s+số|válasz|răspunsul|răspuns|απάντηση)[\s*]*(?:(?:ist|es|é|è|est|is|jest|je|är|er|on|adalah|là|este|είναι)(?!\p{L})|[:=：])`,
  String.raw`(?:الجواب|الإجابة|الاجابة|پاسخ|جواب)\s*(?:النهائي(?:ة)?)?\s*(?:هو|هي|[:：])?|התשובה\s*(?:היא|הוא|:)|उत्तर\s*(?:है|[:=])?|คำตอบ\s*(?:คือ|:)`,
];
const OTHER = new RegExp(OTHER_LANGUAGES.join('|'), 'giu');

/** A line that is a label: `**Answer: D**`. */
const LABEL = /(?:^|\n)[ \t#>*_-]{0,12}(?:the )?answer[ *]{0,4}[:=]/i;

/** Words that take back what was said before them. */
const RETRACTED =
  /(?:^|[.,;!?\n])[\s*_(>-]{0,8}(?:(?:no|oh|hmm|oops|sorry),?\s)?(?:wait\b|no,\s|actually\b|correction\b|scratch\s+that|on\s+second\s+thought|i\s+made\s+(?:a|an)\s+(?:mistake|error)|that(?:'s|\s+is|\s+was)\s+(?:wrong|incorrect|not\s+right|a\s+mistake))/i;

/** Whether a text, which follows a box, announces another answer: as the final one, on a line of its own, or taking back. */
export function announcesAnother(text: string): boolean {
  if (!/ans/i.test(text)) return false; // as every pattern below needs
  if (text.search(FINAL) >= 0 || LABEL.test(text)) return true;
  const retracted = RETRACTED.exec(text);
  return retracted !== null && text.slice(retracted.index).search(ANSWER) >= 0;
}

/** What follows words that take back all before them; undefined where none do. */
export function afterRetraction(text: string): string | undefined {
  const retracted = RETRACTED.exec(text);
  return retracted ? text.slice(retracted.index + retracted[0].length) : undefined;
}

const ENGLISH = [
  [FINAL, 'final-answer'],
  [ANSWER, 'answer-is'],
] as const;
const OTHERS = [
  [FINAL_ELSEWHERE, 'final-answer'],
  [OTHER, 'answer-is'],
] as const;

/** Whether a text could announce its answer in another language at all. */
const OTHER_WORDS =
  /\p{Script=Han}|\p{Script=Hangul}|\p{Script=Cyrillic}|[\u0500-\u1ffe\u{10000}-\u{10ffff}]|antwo|ergebnis|svar|vastaus|cevap|yan[iı]t|jawaban|r[eé]sp|risposta|l[öo]sung|odpov|válasz|răspuns|đáp/iu;

/** What is read of a statement after the words that announce it. */
const REACH = 600;

/** What the last "final answer is", else the last "answer is", announces. Denied and conditional ones come last. */
export function announcedAnswer(
  text: string,
  kinds: readonly AnswerKind[],
  wordsToo: boolean,
): (FoundAnswer & { end: number }) | undefined {
  let weak: (FoundAnswer & { end: number }) | undefined;
  const elsewhere = OTHER_WORDS.test(text);
  for (const [pattern, rule] of elsewhere ? [...ENGLISH, ...OTHERS] : ENGLISH) {
    for (const match of [...text.matchAll(pattern)].slice(-4).toReversed()) {
      const from = match.index + match[0].length;
      const segment = sentence(text.slice(from, from + REACH));
      const said = readStatement(beforeBox(segment), kinds, wordsToo);
      if (!said) continue;
      const found = { text: said, raw: segment.trim(), rule, end: from + segment.length };
      if (!isWeak(text.slice(Math.max(0, match.index - 60), match.index), segment, said)) return found;
      weak ??= found;
    }
  }
  return weak;
}

const isWeak = (before: string, segment: string, said: string): boolean =>
  /^(?:not|never)\b/i.test(said) ||
  /\bif\s+(?:we|you|one)\b|\bwould\b/i.test(segment) ||
  /(?:^|[.\n(])\s*(?:note|check|remark|previously)\b[^.\n]*$/i.test(before);

/** What a sentence says before a box in it; the box's content where it says nothing before. */
function beforeBox(segment: string): string {
  const box = findBoxes(segment).boxes[0];
  if (!box) return segment;
  const before = segment
    .slice(0, box.start)
    .replace(/^\s*\$|[\s,;]*(?:\$|\\[([])?[\s,;]*$/g, '')
    .replace(/\$$/, '');
  return before === '' ? box.content : before;
}

/** Up to the end of the sentence; a dot inside a number or a formula is none. */
function sentence(text: string): string {
  const start = text.replace(/^[\s:：*]+/, '');
  let dollars = 0;
  for (let i = 0; i < start.length; i++) {
    const char = start[i];
    if (char === '\\' && start[i + 1] === '$') i++;
    else if (char === '$') dollars++;
    else if (dollars % 2 === 0 && char === '\n' && endsLine(start.slice(i + 1, i + 40))) return start.slice(0, i);
    else if (
      char === '.' &&
      /^(?:\s|\*|$)/.test(start.slice(i + 1, i + 2)) &&
      !/(?:^|[\s\d])[ap]\.m$/i.test(start.slice(Math.max(0, i - 5), i)) &&
      (dollars % 2 === 0 || /^\s+[A-Z][a-z ]/.test(start.slice(i + 1)))
    )
      return start.slice(0, i);
    else if (char === '。' || char === '！' || char === '？') return start.slice(0, i);
    else if (char === '<' && /^<(?:\||\/|think)/.test(start.slice(i, i + 8))) return start.slice(0, i);
  }
  return start;
}

/** An empty line, a heading, a capital or the label of another field end what the line before says. */
const endsLine = (next: string): boolean => /^\s*\n|^\s*[A-Z*#<|]|^[ \t]*[a-z][\w ]{0,24}:\s/.test(next);
