/** AI SDK (ai, 7): middleware that puts the worked example that helps into the prompt, in the form of training, and a reranker. */
import type { LanguageModelMiddleware } from 'ai';
import { lastQuestion, PLAIN_PROMPT, withTraces, type TracePrompt } from '../serve/chat/with-trace.js';
import type { ExampleSearch } from './examples.js';

export { exampleReranker } from './ai-sdk-reranker.js';

export interface ExampleMiddlewareOptions {
  examples: ExampleSearch;
  /** How an example is shown; as earlier turns, in plain words, where it is missing. */
  prompt?: Partial<TracePrompt>;
  /** Examples shown. Default 1, as in training. */
  k?: number;
  /** Told which were shown. */
  onExamples?: (ids: string[]) => void;
}

type Turn = Parameters<NonNullable<LanguageModelMiddleware['transformParams']>>[0]['params']['prompt'][number];

/** For `wrapLanguageModel`. A prompt whose last user message is not text alone stays as it is. */
export function exampleMiddleware({
  examples,
  prompt,
  k = 1,
  onExamples,
}: ExampleMiddlewareOptions): LanguageModelMiddleware {
  return {
    specificationVersion: 'v4',
    transformParams: async ({ params }) => {
      const last = lastQuestion(params.prompt);
      if (!last) return params;
      const found = await examples.search(last.question, { k, signal: params.abortSignal });
      onExamples?.(found.map(({ id }) => id));
      const messages = withTraces(params.prompt, last, found, { ...PLAIN_PROMPT, ...prompt });
      return { ...params, prompt: messages.map((message) => inParts(message) as unknown as Turn) };
    },
  };
}

/** The SDK's turns are parts; only a system message is a text. */
function inParts({ role, content, ...others }: { role: string; content?: unknown }) {
  const parts = typeof content === 'string' && role !== 'system' ? [{ type: 'text', text: content }] : content;
  return { role, content: parts, ...others };
}
