/** What a server can, found out by asking it for one token. Nothing is assumed from its name. */
import { RaRftError } from '../../core/errors.js';
import type { LiveCalls, LiveOutcome } from '../../llm/live.js';
import {
  samplingFields,
  scoringFields,
  type CompletionReply,
  type CompletionRequest,
  type Manner,
  type ScoringWay,
} from './protocol.js';
import { promptLogprob } from './scores.js';

export type CompletionCalls = LiveCalls<CompletionRequest, CompletionReply>;

export interface ServerAbilities extends Manner {
  /** It gives the ids of the tokens that it drew; else their text alone. */
  tokenIds: boolean;
  /** How it tells log p of a given text; undefined: it does not. */
  scoring: ScoringWay | undefined;
}

/** From the most to the least: a server that refuses a field as unknown is asked without it. */
const manners: readonly (Manner & { scoring: boolean })[] = [
  { extras: true, logprobs: true, scoring: true },
  { extras: true, logprobs: true, scoring: false },
  { extras: false, logprobs: true, scoring: false },
  { extras: false, logprobs: false, scoring: false },
];

const PLAIN = { temperature: 1, stopTokens: [] };

/**
 * Asks until the server answers: vLLM at the first time. `tentative` are calls that are not tried again and again. Throws `engine` where
 * the server cannot be reached, knows no such model, or does not take token ids.
 */
export async function probe(
  calls: CompletionCalls,
  tentative: CompletionCalls,
  vocab: number,
): Promise<ServerAbilities> {
  const prompt = Int32Array.of(100 % vocab, 101 % vocab); // letters of most vocabularies
  const ask = (by: CompletionCalls, fields: CompletionRequest['fields']) =>
    by.ask('probe', { prompt, maxTokens: 1, fields });
  let refused = '';
  for (const { scoring, ...manner } of manners) {
    const asked = scoring ? scoringFields('prompt_logprobs') : {};
    const outcome = await ask(calls, { ...asked, ...samplingFields(manner, PLAIN, 0) });
    if (!outcome.ok) {
      if (!isRefusal(outcome)) throw unusableServer(outcome.reason);
      refused ||= outcome.reason;
      continue;
    }
    const { reply } = outcome;
    const { promptTokens, tokens, logprobs } = reply;
    if (promptTokens !== undefined && promptTokens !== prompt.length)
      throw withoutIds(`${prompt.length} token ids became ${promptTokens} tokens`);
    const tells = manner.logprobs && typeof logprobs?.[0] === 'number';
    const found = { ...manner, logprobs: tells, tokenIds: tokens !== undefined };
    const told = (completion: CompletionReply) => typeof promptLogprob(completion, 1, prompt[1]!) === 'number';
    if (told(reply)) return { ...found, scoring: 'prompt_logprobs' };
    const echoed = await ask(tentative, scoringFields('echo'));
    const echoes = echoed.ok && isEcho(echoed.reply, prompt.length);
    return { ...found, scoring: echoes ? 'echo' : undefined };
  }
  throw withoutIds(refused);
}

/** The server understood the request and does not want it so. */
function isRefusal(outcome: Extract<LiveOutcome<CompletionReply>, { ok: false }>): boolean {
  return outcome.kind === 'server' && !outcome.retriable;
}

/** The prompt's log-probabilities, none for the first token, before that of the one that was drawn. */
function isEcho({ logprobs = [] }: CompletionReply, prompt: number): boolean {
  return logprobs.length >= prompt && logprobs.length <= prompt + 1 && typeof logprobs[1] === 'number';
}

function unusableServer(reason: string): RaRftError {
  return new RaRftError({
    code: 'engine',
    message: `the server did not answer: ${reason}`,
    where: 'engine.url',
    expected: 'a server with the call /completions',
    hint: 'Check engine.url (up to and with /v1), engine.model and the key in the environment variable that engine.apiKeyEnv names.',
  });
}

function withoutIds(reason: string): RaRftError {
  return new RaRftError({
    code: 'engine',
    message: `the server does not take prompts as token ids: ${reason}`,
    where: 'engine.url',
    expected: 'a server whose call /completions does (vLLM, SGLang, llama.cpp)',
    hint: 'A server of chat messages is evaluated with `ra-rft eval --policy URL`.',
  });
}
