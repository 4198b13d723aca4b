import { FewShotPromptTemplate, PromptTemplate } from '@langchain/core/prompts';
import { expect, it } from 'vitest';
import { LearnedExampleSelector, WorkedExampleRetriever } from './langchain.js';
import { fewExamples, question } from './testing/examples.js';

it('finds worked examples as documents', async () => {
  const retriever = new WorkedExampleRetriever(fewExamples(), { k: 2, filter: { type: { $ne: 'times' } } });
  const [first, second] = await retriever.invoke(question);
  expect(first).toMatchObject({
    id: 'loss',
    pageContent: expect.stringContaining('20 - 5') as string,
    metadata: { type: 'minus', score: expect.any(Number) as number },
  });
  expect(second?.id).toBe('bare');
});

it('selects the examples of a few-shot prompt, and takes new ones', async () => {
  const examples = fewExamples();
  const exampleSelector = new LearnedExampleSelector(examples, { inputKey: 'problem' });
  const prompt = new FewShotPromptTemplate({
    exampleSelector,
    examplePrompt: PromptTemplate.fromTemplate('Q: {question}\nA: {trace}'),
    suffix: 'Q: {problem}\nA:',
    inputVariables: ['problem'],
  });
  const said = (problem: string) => prompt.format({ problem }).then((text) => text.trimStart());
  expect(await said(question)).toBe(
    `Q: A box of 20 nuts loses 5 nuts. How much remains?\nA: 20 - 5 = \\boxed{15}\n\nQ: ${question}\nA:`,
  );
  await exampleSelector.addExample({ id: 'swans', question: 'A lake of 9 swans.', trace: 'Count them.' });
  expect(await said('swans of a lake')).toContain('Count them.');
});
