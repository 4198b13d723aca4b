/** Language models behind OpenAI-compatible servers: retries, a cache that pays nothing twice, budgets, batches. */
export type {
  ChatFailure,
  ChatFailureKind,
  ChatMessage,
  ChatOutcome,
  ChatReply,
  ChatRequest,
  ChatUsage,
  LlmClient,
  Spending,
} from './types.js';
export { openLlmClient, type OpenLlmOptions } from './open.js';
export { llmCachePath, modelOf } from './settings.js';
export { EmbeddingsClient, type EmbeddingsSettings, type OpenEmbeddingsOptions } from './embeddings.js';
export { estimateCalls, estimateText, type Estimate } from './estimate.js';
export { ReplyTally } from './reply-tally.js';
export { whatIsSaid, type Said } from './said.js';
export { isWhole, leastSeconds } from './request.js';
export { parseJson } from '../core/http/text.js';
export { openTransport, type HttpResult, type Transport } from './transport.js';
export { forEachParallel, inOrder } from '../core/slots.js';
