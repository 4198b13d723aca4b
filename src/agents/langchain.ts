/** LangChain.js: a retriever of documents, and a selector of the examples of a few-shot prompt. */
import type { CallbackManagerForRetrieverRun } from '@langchain/core/callbacks/manager';
import { Document } from '@langchain/core/documents';
import { BaseExampleSelector } from '@langchain/core/example_selectors';
import { BaseRetriever, type BaseRetrieverInput } from '@langchain/core/retrievers';
import type { Filter } from '../retriever/index.js';
import { exampleText, type ExampleSearch, type WorkedExamples } from './examples.js';

export interface LangChainOptions {
  /** Examples of a question. Default 1. */
  k?: number;
  filter?: Filter;
}

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

export interface SelectorOptions extends LangChainOptions {
  /** The input variable that holds the question. Default `question`. */
  inputKey?: string;
  /**
   * As the prompt's: a few-shot prompt reads its examples as a template once more, so the braces of mathematics are doubled for
   * `f-string` (the default of both).
   */
  templateFormat?: 'f-string' | 'mustache';
}

/** For `FewShotPromptTemplate`: the examples that help, each with `question` and `trace`. */
export class LearnedExampleSelector extends BaseExampleSelector {
  private readonly examples: WorkedExamples;
  private readonly options: SelectorOptions;

  constructor(examples: WorkedExamples, options: SelectorOptions = {}) {
    super();
    this.examples = examples;
    this.options = options;
  }

  async addExample({ id, question, trace, ...fields }: Record<string, string>): Promise<void> {
    await this.examples.add?.([{ ...fields, id: id ?? '', question, trace }]);
  }

  async selectExamples(input: Record<string, string>): Promise<Record<string, string>[]> {
    const { inputKey = 'question', k = 1, filter, templateFormat = 'f-string' } = this.options;
    const found = await this.examples.search(input[inputKey] ?? '', { k, ...(filter && { filter }) });
    const asValue = (text: string) => (templateFormat === 'f-string' ? text.replaceAll(/[{}]/g, '$&$&') : text);
    return found.map(({ trace: { question = '', trace, text = '' } }) => ({
      question: asValue(question),
      trace: asValue(trace ?? text),
    }));
  }
}
