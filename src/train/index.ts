/** What every training of a policy shares: steps that may be killed, checkpoints, the order of the data, learning rates. */
export {
  checkpointPath,
  checkpointSteps,
  latestCheckpoint,
  newestCheckpoint,
  newestOrItself,
  saveCheckpoint,
  type TrainerState,
} from './checkpoints.js';
export { drawInEpochs } from './order.js';
export { learningRateAt, type Schedule } from './schedule.js';
export {
  recordedSteps,
  runTraining,
  type StepContext,
  type StepOutcome,
  type TrainedPart,
  type TrainingPlan,
} from './training.js';
