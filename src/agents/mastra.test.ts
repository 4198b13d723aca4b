import { Agent } from '@mastra/core/agent';
import { MockLanguageModelV4 } from 'ai/test';
import { expect, it } from 'vitest';
import { exampleTool } from './mastra.js';
import { fewExamples, question } from './testing/examples.js';

/** Mastra's types leave out the SDK's models of this version, which it runs. */
type Model = ConstructorParameters<typeof Agent>[0]['model'];

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};

/** A model that first asks the tool for two examples, and then answers. */
function asksThenAnswers() {
  const input = JSON.stringify({ problem: question, k: 2 });
  const call = { type: 'tool-call' as const, toolCallId: '1', toolName: 'search_worked_examples', input };
  const answer = { type: 'text' as const, text: '76' };
  return new MockLanguageModelV4({
    doGenerate: ({ prompt }) => {
      const called = prompt.some(({ role }) => role === 'tool');
      const [content, unified] = called ? [answer, 'stop' as const] : [call, 'tool-calls' as const];
      return Promise.resolve({ content: [content], finishReason: { unified, raw: unified }, usage, warnings: [] });
    },
  });
}

it('an agent finds the examples that help, and reads them before it answers', async () => {
  const model = asksThenAnswers();
  const shown: [string, string[]][] = [];
  const tool = exampleTool(fewExamples(), { onExamples: (...found) => shown.push(found) });
  const agent = new Agent({
    id: 'solver',
    name: 'solver',
    instructions: 'Solve.',
    model: model as unknown as Model,
    tools: { [tool.id]: tool },
  });
  const { text } = await agent.generate(question);
  expect([text, shown]).toEqual(['76', [[question, ['loss', 'bare']]]]);
  const [asked, read] = model.doGenerateCalls;
  const found = expect.stringContaining('20 - 5 = ') as string;
  expect(asked?.tools).toMatchObject([{ name: tool.id, inputSchema: { required: ['problem'] } }]);
  expect(read?.prompt.at(-1)).toMatchObject({
    role: 'tool',
    content: [{ output: { value: { examples: [{ id: 'loss', text: found }, { id: 'bare' }] } } }],
  });
});

/** As an agent calls it, with what a model has written. */
const called = (tool: ReturnType<typeof exampleTool>, input: object) =>
  tool.execute?.(input as { problem: string; k: number }, {} as never);

it('finds only what the filter lets through, and one example where the model says nothing of their number', async () => {
  const tool = exampleTool(fewExamples(), { filter: { type: 'times' } });
  expect(await called(tool, { problem: question })).toMatchObject({ examples: [{ id: 'rows' }] });
});

it('tells the model what it asked wrongly', async () => {
  const said = expect.stringContaining('- k: ') as string;
  expect(await called(exampleTool(fewExamples()), { problem: question, k: 99 })).toMatchObject({ message: said });
});
