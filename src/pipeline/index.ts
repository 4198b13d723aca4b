/** The stages in order, each resumable: from data to summary. */
export { runPipeline, type ArmDecision, type LastStage, type PipelineOptions } from './pipeline.js';
export { resultDifferences } from './stage-settings.js';
export { armStage } from '../runs/arm-stage.js';
export { openRun } from './open-run.js';
export { refuseOverlong, type LengthReport } from './prompts/overlong.js';
export { timeEstimate } from './time-estimate.js';
export { planRun, planText, type RunPlan } from './plan.js';
export { modelFolderOf, type OpenEngine } from './session.js';
export { readPromptRun, searchedSets, shownPrompts, type PromptRun, type ShownPrompt } from './run-prompts.js';
export type { ProblemSet, RetrieverName } from './retrieve/contexts.js';
export type { RetrievedRecord } from './retrieve/retrieved-file.js';
export { DEPTH, gradeRun, type RetrieverRow, type RunGrades } from './retrieve/grade-run.js';
export { readRunRetrievers, type RunRetriever, type RunRetrievers } from './retrieve/run-retrievers.js';
export { gradeSaved } from './retrieve/grade-saved.js';
export { gradeBeir, type BeirRequest, type BeirRow } from './retrieve/grade-beir.js';
export { labelledTestSplit } from './retrieve/retrieval-grades.js';
export { leftOutLabelsText } from './labels/usable-labels.js';
export { pairFacts, readJudgedRun, type JudgedRun } from './labels/judged-run.js';
export { measureLabelSuccess, type LabelSuccess, type LabelSuccessOptions } from './labels/label-success.js';
export {
  evaluatePolicy,
  refuseUnscored,
  type EvaluatedSet,
  type PolicyEvaluation,
  type PolicyEvaluationRequest,
} from './policy/policy-evaluation.js';
export { type TraceSource } from './policy/policy-traces.js';
