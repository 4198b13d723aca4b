/** A conversation with solved problems put before its last question, in the form in which training showed them. */
import type { ChatMessage } from '../../models/chat-template.js';
import { promptTurns, type PromptLayout, type PromptTemplates } from '../../models/prompt-text.js';
import { showing } from '../../data/context.js';
import type { FoundTrace } from '../../retriever/index.js';

/** A message as it came: whatever else it has goes on with it. */
export interface Message {
  role: string;
  content?: unknown;
  [key: string]: unknown;
}

export interface TracePrompt extends PromptTemplates {
  layout: Exclude<PromptLayout, 'completion'>;
}

/** Earlier turns, in plain words: the question as it is, the trace as it is. */
export const PLAIN_PROMPT: TracePrompt = {
  layout: 'chat-turn',
  system: null,
  problemTemplate: '{question}',
  solutionTemplate: null,
  referenceTemplate: null,
  hintTemplate: null,
};

/** Stands for the problem of a trace that does not say which it solves: turns must not be empty. */
const UNKNOWN = '(a similar problem)';

/** Where the last message of the user stands, and its text; undefined where there is none, or one that is not text alone. */
export function lastQuestion(messages: readonly Message[]): { at: number; question: string } | undefined {
  const at = messages.findLastIndex(({ role }) => role === 'user');
  const question = at < 0 ? undefined : textOf(messages[at]?.content);
  return question === undefined || question.trim() === '' ? undefined : { at, question };
}

/**
 * The conversation with the traces. The messages before stay as they are; a system message of the prompt's stands first where the
 * conversation has none.
 */
export function withTraces(
  messages: readonly Message[],
  { at, question }: { at: number; question: string },
  traces: readonly FoundTrace[],
  { layout, ...templates }: TracePrompt,
): Message[] {
  const shown = showing(
    ...traces.map(({ trace }) => ({
      question: asData(trace.question?.trim() ? trace.question : UNKNOWN),
      trace: asData(trace.trace ?? trace.text ?? ''),
    })),
  );
  const [first, ...others] = promptTurns(layout, templates, { question }, shown);
  const turns = first?.role === 'system' ? others : [first, ...others];
  const system = first?.role === 'system' && messages.every(({ role }) => role !== 'system' && role !== 'developer');
  return [
    ...(system ? [message(first)] : []),
    ...messages.slice(0, at),
    ...turns.flatMap((turn) => (turn ? [message(turn)] : [])),
    ...messages.slice(at + 1),
  ];
}

const message = ({ role, content }: ChatMessage): Message => ({ role, content });

/** Texts that chat templates use as marks of turns and thinking; a server may take them for such wherever they stand. */
const MARKS = /<\|[^|<>\s]{1,40}\|>|<\/?(?:s|think|start_of_turn|end_of_turn|bos|eos)>|\[\/?INST\]|<<\/?SYS>>/giu;

/** A foreign text as words alone: a mark in it is broken by a character without width, so that it ends no turn. */
export function asData(text: string): string {
  return text.replaceAll(MARKS, (mark) => `${mark[0]}\u200b${mark.slice(1)}`);
}

/** The text of a message: a text, or parts that all are. */
function textOf(content: unknown): string | undefined {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return undefined;
  const parts = content.map((part: unknown) =>
    typeof part === 'object' && part !== null && 'text' in part && typeof part.text === 'string'
      ? part.text
      : undefined,
  );
  return parts.every((part) => part !== undefined) ? parts.join('\n') : undefined;
}
