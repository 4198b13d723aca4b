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
