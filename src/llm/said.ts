/** What a model says, as against what it thinks: every reader of replies reads this and nothing else. */
import type { ChatReply } from './types.js';

/** The part of a reply that is meant for the reader. */
export interface Said {
  /** Empty where the model only thought, or was cut off while it did. */
  text: string;
  /** The reply ended at maxTokens. What looks like a statement may be a thought then: a template may have opened the thinking. */
  cut: boolean;
}

/** The reply without its thinking. */
export function whatIsSaid({ text, finishReason }: Pick<ChatReply, 'text' | 'finishReason'>): Said {
  return { text: withoutThinking(text), cut: finishReason === 'length' };
}

/** Names of the tags that models think in; `think:` and `:think` come with prefixes and suffixes of some makers. */
const NAMES =
  'think(?:ing)?|thoughts?|reason(?:ing)?|analysis|reflection|scratch_?pad|(?:inner_?|internal_?)?monologue|chain[_-]of[_-]thought|cot|ant_?thinking';
/** Opening and closing: `<think>`, `&lt;think&gt;`, `[THINK]`, `◁think▷`, `<|begin_of_thought|>`, `<|START_THINKING|>`. */
const TAG = new RegExp(
  [
    `(?:<|&lt;|◁)\\s*(/?)\\s*(?:\\w+:)?(${NAMES})(?::\\w+)?(?:\\s[^<>]*)?(?:>|&gt;|▷)`,
    `\\[(/?)(think(?:ing)?)\\]`,
    `<\\|(/|begin_of_|end_of_|start_|end_)?(${NAMES})\\|>`,
  ].join('|'),
  'gi',
);
/** Blocks of code that hold thoughts. */
const FENCED_THOUGHTS = /```(?:think(?:ing)?|thoughts?|reasoning)\b[\s\S]*?(?:```|$)/gi;

/**
 * What is left of a text when everything thought is taken out. A closing tag without an opening one ends thinking that the
 * template has opened: all before it goes. Thinking that does not end leaves nothing, since nothing was said at its end.
 */
export function withoutThinking(text: string): string {
  const spoken = finalChannel(text).replace(FENCED_THOUGHTS, '');
  const open: string[] = [];
  let said = '';
  let from = 0;
  for (const match of spoken.matchAll(TAG)) {
    const between = spoken.slice(from, match.index);
    from = match.index + match[0].length;
    const slash = match[1] ?? match[3] ?? match[5] ?? '';
    const name = (match[2] ?? match[4] ?? match[6] ?? '').toLowerCase().replace(/^(?:think|thought).*/, 'think');
    if (open.length === 0) said += between;
    if (!/^(?:\/|end_)/i.test(slash)) {
      // Template and model may both have opened the same thinking.
      if (open.at(-1) !== name || between.trim() !== '') open.push(name);
    } else if (open.includes(name)) {
      open.length = open.lastIndexOf(name);
    } else {
      open.length = 0;
      said = '';
    }
  }
  return open.length > 0 ? '' : (said + spoken.slice(from)).trim();
}

/** Of a reply in channels (gpt-oss) the last final one, whether its marks came through as tokens or as bare words. */
function finalChannel(text: string): string {
  if (text.includes('<|channel|>')) {
    const final = /^[\s\S]*<\|channel\|>\s*final\b[^<]*<\|message\|>/;
    return final.test(text) ? text.replace(final, '').replace(/<\|(?:return|end)\|>[\s\S]*$/, '') : '';
  }
  if (!/^analysis(?=[A-Z])/.test(text)) return text;
  return /assistantfinal/.test(text) ? text.replace(/^[\s\S]*assistantfinal/, '') : '';
}
