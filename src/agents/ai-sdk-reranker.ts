/** AI SDK: the retriever as a reranker. */
import type { RerankingModel } from 'ai';

/** For `rerank`: texts in the order in which they help with the query. */
export function exampleReranker(ranker: {
  scoreTexts(question: string, texts: readonly string[]): Promise<Float32Array>;
}): RerankingModel {
  return {
    specificationVersion: 'v4',
    provider: 'ra-rft',
    modelId: 'retriever',
    doRerank: async ({ documents, query, topN }) => {
      const texts = documents.values.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
      const ranking = Array.from(await ranker.scoreTexts(query, texts), (relevanceScore, index) => ({
        index,
        relevanceScore,
      }));
      return {
        ranking: ranking.toSorted((a, b) => b.relevanceScore - a.relevanceScore).slice(0, topN ?? texts.length),
      };
    },
  };
}
