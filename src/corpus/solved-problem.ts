/** From a record of a data file to a solved problem, by the field names and the answer rule of its data set. */
import type { CorpusConfig } from '../config/index.js';
import { errorFacts } from '../core/errors.js';
import {
  contentId,
  goldIn,
  optionalText,
  readingOf,
  requiredText,
  type Reading,
  type RecordLine,
} from '../data/index.js';
import type { Rejected, SolvedProblem } from './types.js';

/** How the records of a build are read: as problems are, and where no field has the answer, the solution has it. */
export function corpusReading(config: Pick<CorpusConfig, 'preset' | 'fields' | 'typeNames'>): Reading {
  const reading = readingOf(config);
  const typeOf = (type: string) => reading.typeOf(type.toLowerCase());
  return { ...reading, answers: [...new Set([...reading.answers, reading.fields.solution])], typeOf };
}

/** Reads one line. A record without a question, solution or answer is set aside; one without an id gets it from its text. */
export function solvedProblem(line: RecordLine, reading: Reading): SolvedProblem | Rejected {
  const { where } = line;
  if ('problem' in line) return { where, reason: 'unreadable', detail: line.problem };
  const { record } = line;
  const { fields, typeOf } = reading;
  try {
    const question = requiredText(record, fields.question, 'question');
    const gold = goldIn(record, reading);
    const solution =
      optionalText(record, fields.solution, 'solution') ??
      gold.solution ??
      requiredText(record, fields.solution, 'solution');
    const type = optionalText(record, fields.type, 'type');
    const source = optionalText(record, fields.source, 'source');
    return {
      id: optionalText(record, fields.id, 'id') ?? contentId('t', question, solution),
      question,
      solution,
      answer: gold.answer,
      ...(type !== undefined && { type: typeOf(type) }),
      ...(source !== undefined && { source }),
    };
  } catch (error) {
    const { code, message } = errorFacts(error);
    if (code !== 'data') throw error;
    return { where, reason: 'missing-field', detail: message };
  }
}
