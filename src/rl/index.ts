/** Reinforcement fine-tuning with retrieved demonstrations: the loop and its parts. */
export { advantages, type Advantage, type AdvantageName, type AdvantageTable } from './advantages/index.js';
export * from './contexts/index.js';
export { lossWeightKinds, lossWeights, type BatchShape, type LossWeightKind } from './loss-weights.js';
export { rlStep, trainRl, type RlTask } from './loop.js';
export { stepMetricGlossary, stepMetrics, type StepMetrics } from './metrics.js';
export * from './objectives/index.js';
export { easyFirst } from './curriculum.js';
export { makeRecipe, type Recipe, type RecipeName, type RecipeSettings } from './recipes/index.js';
export { comparisonRecords, type GroupRecord, type RolloutRecord } from './records.js';
export { preparePrompts, type PreparedPrompt, type PromptLimits } from './sample/prompts.js';
export { replay, type ReplayedResponse } from './sample/replay.js';
export { rollOut, type Draw, type SamplePlan } from './sample/rollouts.js';
export { comparisonSignal, countSignals, signalOf, type Signal } from './signal.js';
export * from './types.js';
export { optimOptions, updatePolicy, type UpdateResult } from './update.js';
