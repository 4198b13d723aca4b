import { generateText, rerank, streamText, wrapLanguageModel } from 'ai';
import { convertArrayToReadableStream, MockLanguageModelV4 } from 'ai/test';
import { expect, it, onTestFinished } from 'vitest';
import { Retriever } from '../retriever/index.js';
import { trainedRetriever } from '../serve/testing/served.js';
import { exampleMiddleware, exampleReranker } from './ai-sdk.js';
import { fewExamples, question } from './testing/examples.js';

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};
const finishReason = { unified: 'stop' as const, raw: 'stop' };

/** The SDK's own model for tests: says the same whatever it is asked, and remembers what that was. */
function model() {
  const inner = new MockLanguageModelV4({
    doGenerate: { content: [{ type: 'text', text: '76' }], finishReason, usage, warnings: [] },
    doStream: () =>
      Promise.resolve({
        stream: convertArrayToReadableStream([
          { type: 'text-start' as const, id: '1' },
          { type: 'text-delta' as const, id: '1', delta: '76' },
          { type: 'text-end' as const, id: '1' },
          { type: 'finish' as const, finishReason, usage },
        ]),
      }),
  });
  const shown: string[][] = [];
  const middleware = exampleMiddleware({ examples: fewExamples(), onExamples: (ids) => shown.push(ids) });
  return { inner, shown, wrapped: wrapLanguageModel({ model: inner, middleware }) };
}

it('puts the example that helps before the question, in answers and in streams', async () => {
  const { inner, shown, wrapped } = model();
  const { text } = await generateText({ model: wrapped, system: 'Be short.', prompt: question });
  expect([text, shown]).toEqual(['76', [['loss']]]);
  expect(inner.doGenerateCalls[0]?.prompt).toMatchObject([
    { role: 'system', content: 'Be short.' },
    { role: 'user', content: [{ type: 'text', text: 'A box of 20 nuts loses 5 nuts. How much remains?' }] },
    { role: 'assistant', content: [{ type: 'text', text: '20 - 5 = \\boxed{15}' }] },
    { role: 'user', content: [{ type: 'text', text: question }] },
  ]);
  const stream = streamText({ model: wrapped, prompt: question });
  expect(await stream.text).toBe('76');
  expect(inner.doStreamCalls[0]?.prompt).toHaveLength(3);
});

it('leaves a prompt as it is where the user has not asked in words', async () => {
  const { inner, shown, wrapped } = model();
  const image = { type: 'file' as const, data: 'iVBORw0KGgo=', mediaType: 'image/png' };
  await generateText({ model: wrapped, messages: [{ role: 'user', content: [image] }] });
  expect([shown, inner.doGenerateCalls[0]?.prompt.length]).toEqual([[], 1]);
});

const trained = trainedRetriever();

it('ranks texts by what helps, as the retriever that it is made of', async () => {
  const retriever = await Retriever.open(trained.shared(), { threads: 1 });
  onTestFinished(() => retriever.dispose());
  const documents = ['with the books we share until it is right', 'with the lamps we halve until it is right'];
  const { ranking } = await rerank({ model: exampleReranker(retriever), query: 'please halve my 12 ships', documents });
  expect(ranking.map(({ originalIndex }) => originalIndex)).toEqual([1, 0]);
  expect(ranking[0]?.score).toBeGreaterThan(ranking[1]?.score ?? Infinity);
});
