/** The optimizer: AdamW over flat parameters, and the parameters that it can update where they are. */
export { AdamW, type AdamWState, type OptimStepOptions } from './adamw.js';
export { makeTrainables, type Trainable, type TrainableSpec } from './trainables.js';
