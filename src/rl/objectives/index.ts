/** Objectives: pure functions that give every token of a batch its slope. A new one is a file here and a line below. */
export type * from './types.js';
export { objectiveStatGlossary } from './types.js';
export { cispo } from './cispo.js';
export { distil } from './distil.js';
export { withEntropyBonus } from './entropy.js';
export { gspo } from './gspo.js';
export { withImportance } from './importance.js';
export { klEstimators, withKl, type KlEstimator } from './kl.js';
export { policyGradient } from './policy-gradient.js';
export { ppoClip, type Clip } from './ppo-clip.js';
