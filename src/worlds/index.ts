/** The embedded world: a generator of word problems in which what problems look like and how they are solved are independent. */
export * from './fairness.js';
export * from './numbers.js';
export * from './pretraining.js';
export * from './problems.js';
export * from './reading.js';
export * from './rules.js';
export * from './strategies.js';
export * from './surface.js';
export * from './tokenizer.js';
export * from './words.js';
export * from './world.js';
