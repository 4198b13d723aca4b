/** The retriever as a library. */
export { Retriever, type OpenRetrieverOptions } from './retriever.js';
export type { TrainRetrieverOptions } from './train.js';
export type { LibraryReport } from './report.js';
export type { RetrieverFigures } from './grade.js';
export type { Asked, FindOptions, FoundTrace, LabelledPair, Lines, TraceInput, WordMatch } from './types.js';
export { encoderFolderOf } from './folder.js';
export { asTrace, readTraces } from './lines.js';
