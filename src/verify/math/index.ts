/** Judging mathematical answers: extraction, normal forms, equivalence, reasons. Synchronous and pure. */
export type { AnswerKind, FoundAnswer, MathJudgement, MathOptions } from './types.js';
export { extractAnswers, passedOver } from './extract.js';
export { goldProblem } from './gold.js';
export { judgeAnswer } from './judge.js';
