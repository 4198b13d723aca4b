/** Evaluation: sampling a test set, average@k and its relatives, intervals, the summary of a run. */
export { averageAtK, majAtK, majCurve, passAtK, passCurve } from './estimators.js';
export {
  bootstrapMean,
  differencesOf,
  pairedDifference,
  quantile,
  type CurvePoint,
  type Estimate,
  type Interval,
} from './bootstrap.js';
export { drawsBySplit, ProblemDraws, summaryDraws, type DrawsOf, type Resampling } from './draws.js';
export { ballotOf, type Ballot } from './ballot.js';
export { curvesOf, type SplitCurves } from './curves.js';
export type { EvalRecord, EvalSample, JudgedSample } from './records.js';
export { evaluate, type EvalCodec, type EvaluateOptions } from './evaluate.js';
export {
  gainAgainstSuccess,
  gainSuccessGlossary,
  type GainPoint,
  type GainSuccess,
  type ProblemSuccess,
} from './gain-success.js';
export { gainLaw, type ArmGain, type GainLaw, type GainLawPoint } from './gain-law.js';
export { evaluatedProblems, type EvaluatedScope } from './evaluated-problems.js';
export { firstHitsOf, type MayShow } from './first-hits.js';
export { isWhole, pairArms, type ArmRecords, type Pairing } from './pairing.js';
export {
  averagesByProblem,
  evalMetricGlossary,
  scoreSplit,
  splitsOf,
  type ResponseCounts,
  type SplitScore,
} from './scores.js';
export {
  oneByOne,
  oneByOneGlossary,
  rankAndProblem,
  rankedId,
  type AgainstChance,
  type OneByOne,
} from './one-by-one.js';
export { traceFacts, traceUse, traceUseGlossary, type TraceFacts, type TraceUse } from './trace-use.js';
export { summarise, type Summary, type SummaryInputs, type TrainingTraces } from './summary.js';
export { RANKS, retrievalScore, type RankingValues, type RetrievalScore } from './retrieval.js';
export * from './policy/index.js';
