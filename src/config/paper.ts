/** The settings that the paper trains with: those of presets here, and of the scripts of an export. What it does not say is marked. */
export const paperSettings = {
  /** Responses to a prompt. */
  groupSize: 16,
  learningRate: 1e-6,
  maxResponseTokens: 32_768,
  temperature: 1,
  /** Responses to a test problem; the paper reports their mean. */
  evalSamples: 32,
  gpusPerNode: 8,
  nodes: 8,
  /** Problems that train the policy, and are the queries of the labels. */
  queries: 12_500,
  /** Not in the paper. */
  promptsPerStep: 128,
  /** Not in the paper. */
  epochs: 1,
} as const;
