/** Gold answers from what data sets have in their answer fields: a bare answer, or a worked solution that ends in it. */
import { boxedTrace, finalAnswer } from './final-answer.js';

/** The bare answer, and the solution that stood around it. */
export interface Gold {
  answer: string;
  solution?: string;
}

/** Fewer letters and digits beside an answer, and beside the words that announce it, are no solution. */
const LEAST_SOLUTION = 3;
const ANNOUNCING = /\b(?:so|thus|hence|therefore|we|get|the|final|correct|answer|is|equals)\b/gi;

/**
 * The gold answer in a text: what a worked solution says last, else the text as it stands. A solution of GSM8K's form is
 * given a boxed ending. `fault` where the text is a solution that is cut off or says an empty answer.
 */
export function goldOf(text: string): Gold | { fault: string } {
  const found = finalAnswer(text);
  if (!found) return { answer: text };
  if ('cutOff' in found) return { fault: `is a solution that is cut off: ${found.cutOff}` };
  if (found.answer === '') return { fault: 'is a solution that ends in an empty answer' };
  const letters = found.rest.replace(ANNOUNCING, '').match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  const solution = letters < LEAST_SOLUTION ? undefined : found.mark === 'box' ? text : boxedTrace(text);
  return { answer: found.answer, ...(solution !== undefined && { solution }) };
}

/**
 * Why a gold answer is no bare answer but prose, of which nobody can say what is meant; undefined where it is none. Names,
 * words and short statements ("even", "no solution", "all real numbers except 0") are answers.
 */
export function proseProblem(answer: string): string | undefined {
  if (answer.length < 20) return undefined;
  const plain = answer
    .replace(/\$[^$]*\$|\\\(.*?\\\)|\\\[.*?\\\]/gs, ' x ')
    .replace(/\\(?:text|textbf|mathrm|mbox)\s*\{([^{}]*)\}/g, ' $1 ')
    .replace(/\\[A-Za-z]+/g, ' ');
  const words = plain.match(/\p{L}{2,}/gu)?.length ?? 0;
  const sentences = plain.split(/[.!?。]\s+(?=\p{Lu})|\n+/u).filter((part) => /\p{L}{2}/u.test(part)).length;
  const computes = /\d\s*=\s*[-$]?\d/.test(plain);
  const states = /\d/.test(plain) && /[.。]\s*$/.test(plain);
  const prose = words >= 20 || (words >= 6 && (sentences >= 2 || states)) || (words >= 3 && computes);
  return prose ? 'it is prose, in which no final answer is marked (\\boxed{}, ####, "the answer is")' : undefined;
}
