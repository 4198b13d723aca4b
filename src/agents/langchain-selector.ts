/** LangChain.js: the selector of the examples of a few-shot prompt. */
import { BaseExampleSelector } from '@langchain/core/example_selectors';
import type { ExampleChoice, WorkedExamples } from './examples.js';

export interface SelectorOptions extends ExampleChoice {
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
