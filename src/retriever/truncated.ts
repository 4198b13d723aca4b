/** Texts that several retrievers over the same traces have cut. */
import type { TraceRetriever, Truncated } from './types.js';

/** A text that several of them cut counts once. */
export function mostTruncated(parts: readonly TraceRetriever[]): Truncated {
  const counts = parts.map((one) => one.truncated ?? { queries: 0, documents: 0 });
  return {
    queries: Math.max(0, ...counts.map(({ queries }) => queries)),
    documents: Math.max(0, ...counts.map(({ documents }) => documents)),
  };
}
