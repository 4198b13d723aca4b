/** The final answer that a worked solution says, and solutions in the form that traces have. */
import { lastBoxed, lastBoxes } from './boxed.js';

/** How a text says its final answer: in a box, after `####` (GSM8K), in `<answer>` tags, as "the answer is". */
export type AnswerMark = 'box' | 'hashes' | 'tags' | 'phrase';

/** `rest`: the text without what says the answer. */
export interface FinalAnswer {
  answer: string;
  mark: AnswerMark;
  rest: string;
}

/** What every text that marks its answer has somewhere: nearly all golds have nothing of it. */
const MARKED = /boxed|fbox|####|<|answer|答案/i;

/** The final answer of a text; undefined where it marks none, `cutOff` where it ends inside of one. */
export function finalAnswer(text: string): FinalAnswer | { cutOff: string } | undefined {
  if (!MARKED.test(text)) return undefined;
  const thought = text.lastIndexOf('</think>');
  if (text.lastIndexOf('<think>') > thought) return { cutOff: 'its thinking never ends' };
  const said = thought < 0 ? text : text.slice(thought + '</think>'.length);
  const boxes = lastBoxes(said);
  if ('content' in boxes)
    return { answer: boxes.content, mark: 'box', rest: text.slice(0, -said.length) + said.slice(0, boxes.from) };
  if (boxes.missing === 'box-cut-off') return { cutOff: 'its last box is never closed' };
  const marked = afterHashes(said) ?? inTags(said) ?? afterPhrase(said);
  if (!marked) return undefined;
  return { ...marked, answer: bare(marked.answer), rest: text.slice(0, text.length - said.length) + marked.rest };
}

const HASHES = /(?<!#)####(?!#)[ \t]*:?[ \t]*(\S[^\n]*?)?[ \t]*$/gm;

/** GSM8K's ending: what follows the last `####`. One with more than a line after it is a heading. */
function afterHashes(text: string): FinalAnswer | undefined {
  const last = [...text.matchAll(HASHES)].at(-1);
  if (!last) return undefined;
  const after = text.slice(last.index + last[0].length);
  if (after.split('\n').filter((line) => line.trim() !== '').length > 1) return undefined;
  return { answer: withoutThousands(last[1] ?? ''), mark: 'hashes', rest: text.slice(0, last.index) + after };
}

function inTags(text: string): FinalAnswer | undefined {
  const last = [...text.matchAll(/<answer>((?:(?!<answer>)[^])*?)<\/answer>/gi)].at(-1);
  if (!last) return undefined;
  return {
    answer: last[1]!.trim(),
    mark: 'tags',
    rest: text.slice(0, last.index) + text.slice(last.index + last[0].length),
  };
}

const PHRASE =
  /^(.*?)(?:\b(?:(?:so|thus|hence|therefore),?\s+)?(?:the\s+)?(?:(?:final|correct|right)\s+)?answer(?:\s+to\s[^.]{0,80}?)?[\s*_]*(?:is\b|[:=：])|答案\s*(?:是|为|[:：]))[\s*_:：]*(?:(?:thus|therefore|then|simply|just)\b,?\s*)?(?!.*\banswer\b[\s*_]*(?:is\b|[:=]))(.+)$/iu;

/** What the last line says after "the answer is", up to the end of its sentence. */
function afterPhrase(text: string): FinalAnswer | undefined {
  const trimmed = text.trimEnd();
  const from = trimmed.lastIndexOf('\n') + 1;
  const line = trimmed.slice(from);
  const found = line.length > 2000 ? null : PHRASE.exec(line);
  if (!found) return undefined;
  const sentence = found[2]!.split(/[.!]\s+(?=\p{Lu}\p{Ll})/u, 1)[0]!;
  const answer = sentence.replace(/[,;]?\s+(?:because|since|as|where|so that)\s.*$/is, '');
  return { answer, mark: 'phrase', rest: trimmed.slice(0, from) + found[1]! };
}

/** Without the signs that set an answer off: emphasis, quotes, one pair of dollars, the full stop. */
function bare(answer: string): string {
  let text = answer
    .trim()
    .replace(/^[*_`"“]+|[*_`"”]+$/g, '')
    .replace(/[.。]$/, '')
    .replace(/[*_`"”]+$/, '');
  const math = /^\$([^$]+)\$$|^\\\((.+)\\\)$|^\\\[(.+)\\\]$/s.exec(text);
  if (math) text = math[1] ?? math[2] ?? math[3] ?? text;
  return text.trim();
}

function withoutThousands(text: string): string {
  return text.replace(/(?<=\d),(?=\d{3}\b)/g, '');
}

/** The last line of every trace that is written here. */
export function endingFor(answer: string): string {
  return `Therefore, the final answer is: $\\boxed{${answer}}$.`;
}

/**
 * A raw solution as a trace. One that ends in a box is kept as it is, byte for byte. In one of another form what says the
 * answer (`#### 72`) becomes a boxed ending, and GSM8K's calculator marks `<<48/2=24>>` go, which are no part of the
 * reasoning. Undefined where the solution says no final answer.
 */
export function boxedTrace(solution: string): string | undefined {
  if ('content' in lastBoxed(solution)) return solution;
  const found = finalAnswer(solution);
  if (!found || 'cutOff' in found || found.answer === '') return undefined;
  const body = found.mark === 'hashes' ? found.rest.replace(/<<[^<>\n]*>>/g, '') : found.rest;
  return `${body.trim()}\n${endingFor(found.answer)}`;
}
