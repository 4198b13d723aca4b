/** A rollout's prompt and response token by token, as far as they can be told. */
import { resolveConfig, type Config } from '../../../config/index.js';
import { showing, type Problem, type Trace } from '../../../data/index.js';
import { PromptCodec, tokenPieces, type Tokenizer } from '../../../models/index.js';
import { runPaths } from '../../../runs/index.js';
import { copiedRuns } from './copied-runs.js';
import type { ShownGroup, ShownResponse } from './groups.js';
import type { Piece, RolloutAnswer } from './schemas.js';

type PromptPiece = NonNullable<RolloutAnswer['prompt']>[number];

/** The tokens of a response with their log-probabilities; those of a text that was kept without tokens, as this tokenizer cuts it. */
export function responsePieces(
  tokenizer: Tokenizer,
  response: Pick<ShownResponse, 'text' | 'tokens' | 'logprobs'>,
  traces: readonly Pick<Trace, 'trace'>[],
): Piece[] {
  const ids = response.tokens ?? [...tokenizer.encodeLiteral(response.text)];
  const sources = traces.flatMap(({ trace }) => spellings(tokenizer, trace));
  const runs = copiedRuns(ids, sources);
  return tokenPieces(tokenizer, ids).map(({ text, from, to, special }) => {
    const own = response.logprobs?.slice(from, to);
    return {
      text,
      tokens: to - from,
      special,
      ...(own && own.length === to - from && { logprob: own.reduce((a, b) => a + b, 0) }),
      copied: runs.some((run) => run.from <= from && to <= run.to),
    };
  });
}

/** A text is cut otherwise at its beginning and behind a space. */
function spellings(tokenizer: Tokenizer, text: string): number[][] {
  return [text, ` ${text}`].map((one) => [...tokenizer.encodeLiteral(one)]);
}

/** Control tokens by themselves, and the text between them. */
export function promptPieces(tokenizer: Tokenizer, tokens: ArrayLike<number>): PromptPiece[] {
  const pieces: PromptPiece[] = [];
  for (const { text, special } of tokenPieces(tokenizer, tokens)) {
    const last = pieces.at(-1);
    if (last && !last.special && !special) last.text += text;
    else pieces.push({ text, special });
  }
  return pieces;
}

/**
 * The prompt of an evaluation, which keeps only its length, made again from the problem and its traces; or why it cannot be: a prompt
 * of another length is another prompt.
 */
export function promptAgain(
  { root, tokenizer }: { root: string; tokenizer: Tokenizer },
  { promptTokens, traceIds }: Pick<ShownGroup, 'promptTokens' | 'traceIds'>,
  { problem, traces }: { problem: Problem | undefined; traces: readonly Trace[] },
): { prompt?: PromptPiece[]; note: string } {
  if (!problem || traces.length < traceIds.length)
    return { note: 'The prompt cannot be shown: the data no longer have all of it.' };
  let config: Config;
  let tokens: ArrayLike<number>;
  try {
    config = resolveConfig({ file: runPaths(root).config });
    const codec = new PromptCodec(tokenizer, { ...config.prompt, stop: config.generation.stop });
    tokens = codec.prompt(problem, showing(...traces));
  } catch (error) {
    return { note: `The prompt cannot be made again: ${(error as Error).message}.` };
  }
  if (tokens.length !== promptTokens)
    return {
      note: `The prompt cannot be shown: made again it has ${tokens.length} tokens, and it had ${promptTokens}.`,
    };
  return {
    prompt: promptPieces(tokenizer, tokens),
    note: 'Evaluations keep no prompt: this one was made again from the problem and its traces, and has as many tokens as the one that was sent.',
  };
}
