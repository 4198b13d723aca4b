/** Finds the answer in a response. */
import { lastBoxed } from '../boxed.js';
import type { FoundAnswer, MathOptions } from './types.js';

/** The answers a text may be stating, best first; empty where nothing may be extracted. */
export function extractAnswers(text: string, _options: MathOptions = {}): FoundAnswer[] {
  const box = lastBoxed(text);
  if ('missing' in box) return [];
  return [{ text: box.content, raw: box.content, rule: 'last-box' }];
}
