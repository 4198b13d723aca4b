/** Prompts as other frameworks take them: chat messages, checked to come out as the very tokens that our runs show. */
import { shownTraces } from '../data/index.js';
import { promptTurns, type ChatMessage, type PromptTemplates, type Tokens } from '../models/index.js';
import type { ProblemSet, PromptRun, ShownPrompt } from '../pipeline/index.js';

/** A prompt, and what is known of it. */
export interface ExportRow extends ShownPrompt {
  set: ProblemSet;
  /** Place of the problem in its set, from 0. */
  index: number;
  /** Of a completion layout one user message with the whole text. */
  messages: ChatMessage[];
  traceIds: string[];
}

/** A prompt that would be another one where plain text is tokenised. */
export interface LeftOut {
  arm: string;
  set: ProblemSet;
  problemId: string;
  traceIds: string[];
  reason: string;
}

/** What has been met while rows were made. */
export interface RowTally {
  rows: number;
  withContext: number;
  /** Tokens of the longest prompt. */
  longest: number;
  leftOut: LeftOut[];
}

/** How others make tokens of messages, as far as it is not what their libraries do anyway. */
export interface PlainForm {
  /** Template that gives the text of a completion layout as it is; null where the model's own is right. */
  chatTemplate: string | null;
  /** Whether prompts are one text and no conversation. */
  isText: boolean;
}

/** How the prompts of a run stand in rows. */
export function plainFormOf({ prompts: { codec, tokenizer } }: PromptRun): PlainForm {
  if (codec.layout !== 'completion') return { chatTemplate: null, isText: false };
  const begin = tokenizer.decode(tokenizer.prefixIds, { special: true });
  return { chatTemplate: `${begin}{% for message in messages %}{{ message.content }}{% endfor %}`, isText: true };
}

/**
 * The rows of some prompts, each prompt once. One whose messages would become other tokens elsewhere is left out and put into the tally:
 * a question or trace that holds the text of a control token (`<|im_end|>`) is data in our prompts, and would end a turn there.
 */
export function* exportRows(
  run: PromptRun,
  { arm, set, shown }: { arm: string; set: ProblemSet; shown: readonly ShownPrompt[] },
  tally: RowTally,
): Generator<ExportRow> {
  const { codec } = run.prompts;
  let index = -1;
  let own = { id: '', seen: new Set<string>() };
  for (const prompt of shown) {
    const { problem, context } = prompt;
    if (problem.id !== own.id) {
      own = { id: problem.id, seen: new Set() };
      index++;
    }
    const messages = messagesOf(run, prompt);
    const key = JSON.stringify(messages);
    if (own.seen.has(key)) continue;
    own.seen.add(key);
    const traceIds = shownTraces(context).map(({ id }) => id);
    const tokens = codec.prompt(problem, context);
    if (!equalTokens(tokens, plainTokens(run, messages))) {
      tally.leftOut.push({ arm, set, problemId: problem.id, traceIds, reason: OTHER_TOKENS });
      continue;
    }
    tally.rows++;
    tally.withContext += Number(context.kind !== 'none');
    tally.longest = Math.max(tally.longest, tokens.length);
    yield { problem, context, set, index, messages, traceIds };
  }
}

const OTHER_TOKENS =
  'its question or trace holds the text of a control token, which is text in our prompts and would be control in others';

function messagesOf({ config, prompts: { codec } }: PromptRun, { problem, context }: ShownPrompt): ChatMessage[] {
  const { layout } = codec;
  if (layout === 'completion') return [{ role: 'user', content: codec.promptText(problem, context) }];
  const { system, problemTemplate, solutionTemplate, referenceTemplate, hintTemplate } = config.prompt;
  const templates: PromptTemplates = { system, problemTemplate, solutionTemplate, referenceTemplate, hintTemplate };
  return promptTurns(layout, templates, problem, context);
}

/** What verl and TRL make of messages: the template's text, tokenised as it stands. */
function plainTokens({ prompts: { codec, tokenizer } }: PromptRun, messages: readonly ChatMessage[]): Tokens {
  if (codec.layout === 'completion')
    return Int32Array.from([...tokenizer.prefixIds, ...tokenizer.encode(messages[0]!.content)]);
  return tokenizer.encode(tokenizer.chatTemplate!.render(messages, { generationPrompt: true }));
}

function equalTokens(a: Tokens, b: Tokens): boolean {
  return a.length === b.length && a.every((token, i) => token === b[i]);
}
