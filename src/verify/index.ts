/** Verification: find the answer, compare it, say why. */
export {
  isJudged,
  outcomes,
  rewardOf,
  type Outcome,
  type Verdict,
  type VerifiedProblem,
  type Verifier,
} from './types.js';
export { failuresOf, judgeAll, refuseAllFailed, RewardWatch, type JudgedResponse } from './judged.js';
export { isCorrect, verify, verifyMany } from './verify.js';
export {
  openMathVerifier,
  type AnswerPair,
  type MathVerifier,
  type MathVerifierOptions,
  type VerifyOptions,
} from './math-verifier.js';
export {
  extractAnswers,
  goldProblem,
  judgeAnswer,
  type AnswerKind,
  type FoundAnswer,
  type MathOptions,
} from './math/index.js';
export { mathVerifyConfigSchema, optionsOfMathVerify, type MathVerifyConfig } from './peer-options.js';
export { extractLine, extractLineSchema, type ExtractLine } from './extract-line.js';
export { lastBoxed, type Boxed } from '../data/index.js';
export { numericVerifier, verifyNumeric } from './numeric.js';
export { openModuleVerifier, type ModuleVerifierOptions } from './module.js';
export { openVerifier, type OpenVerifierOptions } from './open.js';
