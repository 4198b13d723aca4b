/** Problems and traces: load, check, split, guard against leaks, grade by equation. */
export type { Problem, Trace } from './types.js';
export { loadProblems, loadTraces, type Loaded, type LoadOptions } from './load.js';
export { DEFAULT_FIELDS, type FieldNames } from './fields.js';
export { writeJsonl } from './write.js';
export { partByText, splitByText, tracesOf, type Split, type SplitShares } from './split.js';
export { answerKey, leakGuard, sameAnswer, sameText, type LeakRules } from './guards.js';
export { contentId, normaliseText } from './normalise.js';
export { equationTemplate } from './equation-template.js';
export { workedSolution, type WorkedSolution } from './worked-solution.js';
export { parseNumberText } from './number-text.js';
export {
  add,
  divide,
  equals,
  formatRational,
  gcd,
  isInteger,
  multiply,
  parseDecimal,
  rational,
  subtract,
  type Rational,
} from './rational.js';
