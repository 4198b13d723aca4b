/** One question to the language model with one second try, for summaries and types alike. */
import { RaRftError } from '../core/errors.js';
import { whatIsSaid, type ChatMessage, type LlmClient, type Said } from '../llm/index.js';
import { secondTry } from './prompts.js';
import type { Refusal } from './verify-trace.js';

export interface Question<T> {
  messages: readonly ChatMessage[];
  promptVersion: string;
  maxTokens: number;
  /** The usable reply, or why it is none. */
  read: (said: Said) => Promise<{ value: T } | Refusal>;
}

/**
 * Asks, and where the reply cannot be used says why and asks once more. Gives the reply, or the last reason.
 * Throws `budget` where the money has run out, `llm` where the server cannot be reached or the work was called off: that is
 * no fault of this problem, and the same command goes on from here later.
 */
export async function ask<T>(llm: LlmClient, question: Question<T>): Promise<{ value: T } | Refusal> {
  const { promptVersion, maxTokens, read } = question;
  const first = await reply(llm, { messages: question.messages, promptVersion, maxTokens });
  if ('reason' in first) return first;
  const found = await read(first);
  if ('value' in found) return found;
  const messages = secondTry(question.messages, first.text === '' ? '(nothing)' : first.text, found.detail);
  const second = await reply(llm, { messages, promptVersion, maxTokens });
  if ('reason' in second) return second;
  const last = await read(second);
  return 'value' in last ? last : { ...last, detail: `${last.detail}; the reply was ${beginning(second.text)}` };
}

/** The first words of a reply, for a person who reads why it was refused. */
function beginning(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return JSON.stringify(line.length <= 80 ? line : `${line.slice(0, 77)}...`);
}

async function reply(
  llm: LlmClient,
  request: { messages: readonly ChatMessage[]; promptVersion: string; maxTokens: number },
): Promise<Said | Refusal> {
  const outcome = await llm.complete(request);
  if (outcome.ok) return whatIsSaid(outcome.reply);
  if (outcome.kind === 'server') return { reason: 'llm-failed', detail: outcome.reason };
  const overBudget = outcome.kind === 'budget';
  throw new RaRftError({
    code: overBudget ? 'budget' : 'llm',
    message: `the corpus is not finished: ${outcome.reason}`,
    where: overBudget ? 'llm.maxUsd, llm.maxCalls' : llm.model,
    hint: `What was answered is kept: ${overBudget ? 'raise the limit and ' : ''}run the same command again to go on.`,
  });
}
