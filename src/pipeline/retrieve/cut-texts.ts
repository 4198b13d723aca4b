/** Texts that a retriever cut, for people: what stood at their end was not searched, and is not silent. */
import type { Progress } from '../../core/progress.js';
import type { TraceRetriever, TrainReport } from '../../retriever/index.js';
import { warningText } from '../../runs/warnings.js';

/** The kind of these warnings. */
export const TEXTS_CUT = 'texts-cut';

/** Undefined where all was read. */
export function cutInSearch({ truncated }: Pick<TraceRetriever, 'truncated'>): string | undefined {
  const cut = parts(truncated?.queries, truncated?.documents);
  return (
    cut && `the end of ${cut} was cut off, and is not searched. Raise maxQueryTokens, chunks or maxDocumentTokens.`
  );
}

/** Shows what {@link cutInSearch} says, where no run keeps warnings. */
export function tellCut(name: string, retriever: Pick<TraceRetriever, 'truncated'>, progress: Progress): void {
  const text = cutInSearch(retriever);
  if (text !== undefined) progress.line(warningText({ code: TEXTS_CUT, where: name, text }));
}

/** Undefined where all was read. */
export function cutInTraining(
  report: Pick<TrainReport, 'truncatedQueries' | 'truncatedDocuments'>,
): string | undefined {
  const cut = parts(report.truncatedQueries, report.truncatedDocuments);
  return cut && `training read the beginning of ${cut} alone. Raise maxQueryTokens or maxDocumentTokens.`;
}

function parts(queries = 0, documents = 0): string | undefined {
  const said = [
    ...(queries > 0 ? [`${queries} ${queries === 1 ? 'question' : 'questions'}`] : []),
    ...(documents > 0 ? [`${documents} ${documents === 1 ? 'trace' : 'traces'}`] : []),
  ];
  return said.length === 0 ? undefined : said.join(' and ');
}
