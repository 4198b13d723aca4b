/** Mastra: a tool with which agents search worked examples. */
import { createTool } from '@mastra/core/tools';
import { z } from 'zod';
import { exampleText, searchTool, type ExampleChoice, type ExampleSearch } from './examples.js';

export interface ExampleToolOptions extends Pick<ExampleChoice, 'filter'> {
  /** Told which were found for which problem, for a log of outcomes. */
  onExamples?: (problem: string, ids: string[]) => void;
}

const outputSchema = z.object({
  examples: z.array(z.object({ id: z.string(), score: z.number(), text: z.string() })).describe('The best first.'),
});

/** For an agent's `tools`. */
export function exampleTool(examples: ExampleSearch, { filter, onExamples }: ExampleToolOptions = {}) {
  return createTool({
    id: searchTool.name,
    description: searchTool.description,
    inputSchema: searchTool.input,
    outputSchema,
    execute: async ({ problem, k }, { abortSignal }) => {
      const found = await examples.search(problem, { k, signal: abortSignal, ...(filter && { filter }) });
      onExamples?.(
        problem,
        found.map(({ id }) => id),
      );
      return { examples: found.map(({ id, score, trace }) => ({ id, score, text: exampleText(trace) })) };
    },
  });
}
