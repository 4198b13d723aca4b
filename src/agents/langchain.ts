/** LangChain.js: a retriever of documents, and a selector of the examples of a few-shot prompt. */
import type { CallbackManagerForRetrieverRun } from '@langchain/core/callbacks/manager';
import { Document } from '@langchain/core/documents';
import { BaseRetriever, type BaseRetrieverInput } from '@langchain/core/retrievers';
import { exampleText, type ExampleChoice, type ExampleSearch } from './examples.js';

export { LearnedExampleSelector, type SelectorOptions } from './langchain-selector.js';
export type LangChainOptions = ExampleChoice;

/** Worked examples as documents, best first; a document's metadata are the example's fields and its score. */
export class WorkedExampleRetriever extends BaseRetriever {
  lc_namespace = ['ra-rft', 'langchain'];
  private readonly examples: ExampleSearch;
  private readonly options: LangChainOptions;

  constructor(examples: ExampleSearch, { k, filter, ...fields }: LangChainOptions & BaseRetrieverInput = {}) {
    super(fields);
    this.examples = examples;
    this.options = { ...(k !== undefined && { k }), ...(filter && { filter }) };
  }

  override async _getRelevantDocuments(query: string, _run?: CallbackManagerForRetrieverRun): Promise<Document[]> {
    const found = await this.examples.search(query, { k: 1, ...this.options });
    return found.map(({ id, score, trace }) => {
      const { trace: _trace, text: _text, ...metadata } = trace;
      return new Document({ id, pageContent: exampleText(trace), metadata: { ...metadata, score } });
    });
  }
}
