/** Policy engines: everything the reinforcement-learning loop asks of a model. */
export type * from './types.js';
export { AdamW, type AdamWState } from './adamw.js';
export { FakeEngine, type FakeEngineOptions } from './fake/fake-engine.js';
export { contextWindow, LocalEngine, type LocalEngineOptions } from './local/local-engine.js';
export { openLocalEngine } from './local/open.js';
export { supervisedResponse } from './supervised.js';
export { makeTrainables, type Trainable, type TrainableSpec } from './trainables.js';
