/** The paper's tables and figures over several seeds: which arms they need, running them, statistics, the files. */
export { armNames, armSpecs, needsOf, type ArmName } from './arms.js';
export { claimSpecs, type ClaimSpec } from './claims.js';
export { everything, neededArms, selectionOf, type Selection } from './matrix.js';
export { figureSpecs, tableSpecs, type FigureSpec, type Measured, type RowSpec, type TableSpec } from './paper.js';
export { basePreset, experimentKeys } from './presets.js';
export { reproduce, type ReproduceOptions, type ReproduceOutcome } from './reproduce.js';
export { experimentResults, type ExperimentResults } from './results.js';
export { drawResamples, estimate, type Estimate, type Resamples } from './statistics.js';
export { claimsTable, experimentReport, resultTable, tableTitle } from './blocks.js';
export { tableFiles } from './write.js';
export { refuseOtherProblems, type TestedRun } from './run-groups.js';
export { isEvaluation } from './evaluations.js';
export { averagesTable, evaluationDifferencesTable } from './evaluations-report.js';
export { writeEvaluationsReport, writeRunsReport, type RunsFiles } from './write-runs.js';
