/**
 * Thinking that the prompt itself opens. Many chat templates end in `<think>`, so a response begins inside the thinking and
 * only closes it. Whoever reads the response must know: an answer in thinking that never ends is no answer.
 */

/** The tags as verifiers know them. */
export const THINK = { open: '<think>', close: '</think>' } as const;

/** Pairs of tags by which models mark their thinking. */
const TAGS: readonly { open: string; close: string }[] = [
  THINK,
  { open: '<thinking>', close: '</thinking>' },
  { open: '<thought>', close: '</thought>' },
  { open: '<reasoning>', close: '</reasoning>' },
  { open: '<seed:think>', close: '</seed:think>' },
  { open: '[THINK]', close: '[/THINK]' },
  { open: '<|begin_of_thought|>', close: '<|end_of_thought|>' },
  { open: '<|START_THINKING|>', close: '<|END_THINKING|>' },
];

/** Texts of all tags: control tokens of some tokenizers that text may use as what they are. */
export const thinkingTags: readonly string[] = TAGS.flatMap(({ open, close }) => [open, close]);

/** Thinking left open at the end of a prompt. */
export interface OpenedThinking {
  open: string;
  close: string;
  /** The prompt from the opening tag on, blanks included. */
  text: string;
}

/** What the end of a prompt (all that follows the question) leaves open; undefined where it opens no thinking. */
export function openedThinking(tail: string): OpenedThinking | undefined {
  for (const { open, close } of TAGS) {
    const at = tail.lastIndexOf(open);
    if (at >= 0 && tail.lastIndexOf(close) < at) return { open, close, text: tail.slice(at) };
  }
  return undefined;
}

/** A response with the thinking that its prompt opened before it, in the tags that verifiers know. */
export function withOpenedThinking(response: string, { open, close, text }: OpenedThinking): string {
  return THINK.open + text.slice(open.length) + response.replaceAll(close, THINK.close);
}

/**
 * A solution as a model should say it after that prompt. What the solution thinks goes on in the open thinking; one without any
 * closes it first, since what stands in it is no answer.
 */
export function afterOpenedThinking(solution: string, { open, close, text }: OpenedThinking): string {
  const own = solution.trimStart();
  if (!own.startsWith(open) || !own.includes(close)) return `${text.endsWith('\n') ? '\n' : ''}${close}\n\n${solution}`;
  const thought = own.slice(open.length);
  return text.endsWith('\n') ? thought.replace(/^\n/, '') : thought;
}
