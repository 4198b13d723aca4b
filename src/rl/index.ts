/** Reinforcement fine-tuning with retrieved demonstrations: the loop, its parts, and the supervised warm-up. */
export {
  advantageKinds,
  groupAdvantages,
  type AdvantageKind,
  type GroupAdvantages,
  type GroupRewards,
} from './advantages.js';
export { checkpointPath, checkpointSteps, latestCheckpoint, saveCheckpoint, type TrainerState } from './checkpoints.js';
export { lossWeightKinds, lossWeights, type BatchShape, type LossWeightKind } from './loss-weights.js';
export { grpoStep, trainGrpo, type GrpoTask } from './loop.js';
export { stepMetricGlossary, stepMetrics, type StepMetrics } from './metrics.js';
export { drawInEpochs } from './order.js';
export { groupRecord, type GroupRecord, type RolloutRecord } from './records.js';
export { judgeGroups, preparePrompts, sampleGroups, type PreparedPrompt, type PromptLimits } from './rollouts.js';
export { learningRateAt, type Schedule } from './schedule.js';
export { sftMetricGlossary, supervisedGroups, trainSupervised, type SftTask } from './sft.js';
export { countSignals, groupSignal, groupsWithSignal, signalOf, type Signal } from './signal.js';
export { runTraining, type StepContext, type StepOutcome, type TrainingPlan } from './training.js';
export type * from './types.js';
export { optimOptions, updatePolicy, type RlSettings, type UpdateResult } from './update.js';
