/** Verification: find the answer, compare it, say why. */
export { rewardOf, type Outcome, type Verdict, type VerifiedProblem, type Verifier } from './types.js';
export { lastBoxed, type Boxed } from './boxed.js';
export { numericVerifier, verifyNumeric } from './numeric.js';
export { openModuleVerifier, type ModuleVerifierOptions } from './module.js';
export { openVerifier, type OpenVerifierOptions } from './open.js';
