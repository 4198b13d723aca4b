/** Gold-relevance labels: which pairs to judge, judging them by measured utility, grading the labels. */
export type { ChoiceReason, DecidedLabel, FailedLabel, Label } from './types.js';
export { selectPairs, type PairOptions, type QueryCandidates, type SelectedPairs } from './pairs.js';
export { judgeByUtility, measureUtility, type UtilityOptions } from './utility.js';
export { proposeCandidates, type Proposal } from './propose.js';
export { judgeByTruth } from './truth.js';
export type { PairCodec } from './pair-tokens.js';
export {
  decideLabels,
  utilityJudge,
  type Baseline,
  type DecideOptions,
  type Measured,
  type ScoredQuery,
  type UtilityMeasure,
} from './decide.js';
export { scorePairs, type PairScore } from './scores.js';
export { planBatches } from './score-plan.js';
export { appendLabels, readLabels } from './store.js';
export { areaUnderCurve, gradeLabels, labelMetricGlossary, type LabelGrade, type RoundGrade } from './grade.js';
export { judgeByLlm, judgePairsByLlm, type LlmJudgeOptions } from './llm-judge.js';
export { planCalls, voteRequest, type JudgeCall, type LlmJudgeSettings } from './llm-calls.js';
export { judgePrompt, loadJudgePrompt, type JudgePrompt } from './llm-prompt.js';
export {
  auditGlossary,
  compareJudges,
  kappa,
  pairKey,
  worstDisagreements,
  type Agreement,
  type Confusion,
  type Disagreement,
} from './agreement.js';
export { traceClasses } from './trace-classes.js';
export { drawScored, type ScoredLabel } from './success-sample.js';
export { answersOf, drawAudit, PERSON, type AuditItem } from './audit.js';
export { HUMAN_LABELS, standingAnswers, type HumanLabel } from './human-labels.js';
export { labelStats, type LabelStats, type PairFacts, type StatsRow } from './label-stats.js';
export { auditOf, auditText, type InferenceAudit } from './select-audit.js';
export {
  previewSelection,
  selectWithinBudget,
  type JudgePairs,
  type ScoreCandidates,
  type Selection,
  type SelectionOptions,
  type SelectionReport,
} from './select.js';
