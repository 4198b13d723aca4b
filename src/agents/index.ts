/** What all agent adapters share. The adapters themselves are ra-rft/mcp, ra-rft/ai-sdk and ra-rft/langchain. */
export { exampleText, type ExampleSearch, type WorkedExamples } from './examples.js';
export { OutcomeLog, type Outcome } from './outcomes.js';
