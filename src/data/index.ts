/** Problems and traces: load, check, split, guard against leaks, grade by equation. */
export { noContext, showing, shownTraces, type Context } from './context.js';
export type { Problem, Trace } from './types.js';
export { loadProblems, loadTraces, type LoadedProblems, type LoadOptions } from './load.js';
export type { Loaded } from './load-lines.js';
export { DEFAULT_FIELDS, type FieldNames } from '../config/data-presets.js';
export { dataFiles } from './data-files.js';
export { lookAtFile, mappingText, type FileLook, type Mapping } from './detect.js';
export { foreignFields } from './foreign-fields.js';
export { goldIn, readingOf, type Reading, type ReadingOptions } from './reading.js';
export { goldOf, type Gold } from './gold.js';
export { boxedTrace, endingFor, finalAnswer, type AnswerMark, type FinalAnswer } from './final-answer.js';
export { lastBoxed, type Boxed } from './boxed.js';
export type { ReadOptions, RecordLine } from './record-line.js';
export { countRecords, readRecords } from './records.js';
export { namesText, optionalText, requiredText } from './record-text.js';
export { USUAL_NAMES } from './fields.js';
export { fetchHubFile, listHubFiles, type HubPlace } from './hub.js';
export {
  chooseDataFiles,
  datasetAddress,
  fetchDataset,
  type DatasetAddress,
  type DatasetOptions,
  type HubSplit,
} from './hub-dataset.js';
export { lookAlikes, wordsInCommon } from './look-alikes.js';
export { NgramIndex, signsAndWordsOf, wordsOf, type Overlap } from './overlap.js';
export { BANDS, jaccard, MinHasher, ROWS, shinglesOf, type Sketch } from './minhash.js';
export { TwinIndex, type Twin } from './twins.js';
export { writeJsonl } from './write.js';
export { asUnseen, holdOut, type HeldOut, type HoldOut } from './hold-out.js';
export { partByText, splitByText, tracesOf, type Split, type SplitShares } from './split.js';
export {
  answerKey,
  defaultSplit,
  isUnseen,
  sameAnswer,
  sameText,
  TraceGuard,
  unseenSplit,
  type Exclusion,
  type LeakRules,
} from './guards.js';
export { excludeListLines, readExcludeLists, type ExcludeList, type ExcludeLists } from './exclude-lists.js';
export { contentId, normaliseText } from './normalise.js';
export { answerStructure } from './answer-structure.js';
export { equationTemplate } from './equation-template.js';
export { workedSolution, type WorkedAnswer, type WorkedSolution } from './worked-solution.js';
export { parseNumberText } from './number-text.js';
export {
  add,
  divide,
  equals,
  formatRational,
  gcd,
  twosIn,
  isInteger,
  multiply,
  parseDecimal,
  rational,
  subtract,
  type Rational,
} from './rational.js';
