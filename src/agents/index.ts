/** What all agent adapters share. The adapters themselves are ra-rft/mcp, ra-rft/ai-sdk, ra-rft/langchain and ra-rft/mastra. */
export { exampleText, type ExampleSearch, type WorkedExamples } from './examples.js';
export { OutcomeLog, type Outcome } from './outcomes.js';
